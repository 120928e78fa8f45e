#!/bin/sh
# Removes StoreEdge:  remove.sh [--root DIR] [--purge]
# Configuration, secrets and state (journal, consents) stay, unless --purge is given.
set -eu

# shellcheck source=machine.sh
. "$(cd "$(dirname "$0")" && pwd)/machine.sh"
root='' purge=no
usage() { sed -n '2,3s/^# //p' "$0"; }
die() { echo "remove.sh: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --root) [ $# -ge 2 ] || die '--root needs a directory'; root=${2%/}; shift ;;
    --purge) purge=yes ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $1 (see --help)" ;;
  esac
  shift
done
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || die 'removing from the running system needs root (sudo), or give --root DIR'

if [ -z "$root" ] && [ -d /run/systemd/system ]; then
  # systemctl takes patterns of running units, not of enabled ones: displays are named one by one, running or not.
  for unit in storeedge.service storeedge-satellite.service storeedge-selftest.timer \
    $({ systemctl list-units --plain --no-legend --all 'storeedge-kiosk@*.service'; systemctl list-unit-files --no-legend 'storeedge-kiosk@*.service'; } | cut -d' ' -f1 | grep -v '@\.service$' | sort -u); do
    systemctl disable --now "$unit" 2>/dev/null || true
  done
fi
machine_leave "$root"
rm -rf "$root/usr/lib/storeedge" "$root/usr/share/doc/storeedge" "$root/usr/share/storeedge"
rm -f "$root/usr/bin/storeedge" "$root/usr/lib/sysusers.d/storeedge.conf" "$root/usr/lib/systemd/system/storeedge.service" "$root/usr/lib/systemd/system/storeedge-satellite.service" \
  "$root/usr/lib/systemd/system/storeedge-kiosk@.service" "$root/usr/lib/systemd/system/storeedge-selftest.service" "$root/usr/lib/systemd/system/storeedge-selftest.timer"
[ "$purge" = no ] || machine_forget "$root"
if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

if [ "$purge" = yes ]; then echo 'StoreEdge is removed, with its configuration and everything it kept.'
else echo 'StoreEdge is removed. Configuration (/etc/storeedge) and state (/var/lib/storeedge) are kept; --purge removes them too.'; fi
