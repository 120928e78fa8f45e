#!/usr/bin/env bash
# The virtual store, from the package to the end of a bad day: installed from its .deb in the lab's guest, met by a phone and a tag, watched by a browser and a broker, then killed, hung, cut from
# power, robbed of its radio, disk, clock, broker and certificate. One report: seconds from installing to the first arrival, seconds to recover from each fault, what was lost.
#
#   store.sh [--cuts N] [--report FILE] [CHAPTER…]     N power cuts, 10 unless said; the report is printed, and written as JSON too; chapters: visitors kill hang adapter disk clock broker certificate restart selftest trial power
#
# STOREEDGE_LAB_PACKAGE=FILE takes a package that is there instead of building one. Takes about an hour on two shared cores.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit 0 ;; esac
. "$here/../../deploy/prerequisites.sh"
. "$here/where.sh"
"$here/build-lab.sh"
need_packages mosquitto openssl socat chromium python3
if [ -z "${STOREEDGE_LAB_PACKAGE:-}" ]; then
  mkdir -p "$lab/packages"
  STOREEDGE_LAB_PACKAGE=$("$here/../../deploy/package.sh" --architecture amd64 -o "$lab/packages" | tail -n 1)
  export STOREEDGE_LAB_PACKAGE
fi
"$here/vm.sh" kill
"$here/programs.sh"
trap '"$here/vm.sh" kill' EXIT
python3 "$here/day.py" "$@"
