#!/bin/sh
# Removes StoreEdge:  remove.sh [--root DIR] [--purge]
# Configuration, secrets and state (journal, consents) stay, unless --purge is given.
set -eu

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
  systemctl disable --now storeedge.service storeedge-satellite.service "storeedge-kiosk@*.service" 2>/dev/null || true
fi
rm -rf "$root/usr/lib/storeedge" "$root/usr/share/doc/storeedge" "$root/usr/share/storeedge" "$root/usr/lib/systemd/system/storeedge.service.d" \
  "$root/usr/lib/systemd/system/storeedge-satellite.service.d"
rm -f "$root/usr/bin/storeedge" "$root/usr/lib/systemd/system/storeedge.service" "$root/usr/lib/systemd/system/storeedge-satellite.service" \
  "$root/usr/lib/systemd/system/storeedge-kiosk@.service"
if [ "$purge" = yes ]; then
  # systemd keeps the state of a dynamic user in /var/lib/private, behind a link.
  rm -rf "$root/etc/storeedge" "$root/etc/systemd/system/storeedge.service.d" "$root/var/lib/private/storeedge" "$root/var/lib/storeedge" "$root/run/storeedge" \
    "$root/etc/systemd/system/storeedge-satellite.service.d" "$root/run/storeedge-satellite" "$root/var/lib/storeedge-kiosk"
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

if [ "$purge" = yes ]; then echo 'StoreEdge is removed, with its configuration and everything it kept.'
else echo 'StoreEdge is removed. Configuration (/etc/storeedge) and state (/var/lib/storeedge) are kept; --purge removes them too.'; fi
