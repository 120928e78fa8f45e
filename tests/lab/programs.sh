#!/usr/bin/env bash
# Puts what is tested on the guest's second disk: the .NET runtime of this machine, agent and simulator, deploy/, hardware/ and the guest's scripts.
# The guest must not be running; it finds the disk at /dev/vdb and mounts it with `mount -o ro /dev/vdb /opt/programs`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/deploy/prerequisites.sh"
. "$here/where.sh"
need_sdk
need_packages gcc libc6-dev e2fsprogs
mkdir -p "$lab"
work=$(mktemp -d "$lab/programs.XXXXXX")
trap 'rm -rf "$work"' EXIT
disk=$work/disk
mkdir -p "$disk/dotnet"
home=$(dirname "$(readlink -f "$(command -v dotnet)")")
cp -a "$home/dotnet" "$home/host" "$home/shared" "$disk/dotnet/"
# Built apart from the checkout's own directories, and kept: the next time only what has changed is built.
for program in Agent:agent Simulator:simulator; do
  dotnet publish "$root/src/StoreEdge.${program%:*}" -c Release -o "$disk/${program#*:}" --artifacts-path "$lab/artifacts" -v q -clp:NoSummary >&2
done
cp -a "$root/deploy" "$root/hardware" "$here/guest" "$disk/"
for source in "$here"/guest/*.c; do gcc -static -O2 -Wall -Wextra -Werror -o "$disk/guest/$(basename "$source" .c)" "$source"; done
# With STOREEDGE_LAB_PACKAGE a Debian package comes along.
[ -z "${STOREEDGE_LAB_PACKAGE:-}" ] || cp "$STOREEDGE_LAB_PACKAGE" "$disk/storeedge.deb"
rm -f "$lab/programs.img"
truncate -s 512M "$lab/programs.img"
mkfs.ext4 -q -F -d "$disk" -O ^has_journal "$lab/programs.img"
