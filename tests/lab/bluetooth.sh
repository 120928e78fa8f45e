#!/usr/bin/env bash
# Bluetooth in the lab: builds the guest where that has not been done, publishes, boots, and runs guest/bluetooth.py there; chapters (visit, ladder, rights, rate) may be named.
# A line for each thing shown, "Passed …" or "Failed …". Takes about a quarter of an hour.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/build-lab.sh"
"$here/vm.sh" kill
"$here/programs.sh"
trap '"$here/vm.sh" kill' EXIT
"$here/vm.sh" up
"$here/vm.sh" run 'mount -o ro /dev/vdb /opt/programs'
"$here/vm.sh" run python3 /opt/programs/guest/bluetooth.py "$@"
