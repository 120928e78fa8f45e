#!/usr/bin/env bash
# The lab's guest. Built by build-lab.sh; only two ports of the loopback are opened: ssh (STOREEDGE_LAB_PORT, 2240) and, above it, the agent's pages (8480 in the guest). The guest
# reaches nothing but 10.0.2.100:8883, which is what listens on the port above that: the broker of store.sh.
#
#   vm.sh up          a running guest with a clean disk; the first time it boots (half a minute), later it is restored (seconds)
#   vm.sh boot        a running guest with the disk as it is, also after `kill`
#   vm.sh run CMD…    runs it as root in the guest; the exit code is the command's
#   vm.sh copy FILE… PLACE    into the guest
#   vm.sh kill        the power cut: the guest's memory is lost, and what its disk had not been told to keep
#   vm.sh down        an orderly end
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/where.sh"
ssh_options=(-q -i "$lab/id_ed25519" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -o ConnectTimeout=5
  -o ControlMaster=auto -o "ControlPath=$lab/ssh-$port" -o ControlPersist=600)

guest() { ssh "${ssh_options[@]}" -p "$port" root@127.0.0.1 "$@"; }
process() { cat "$lab/pid" 2>/dev/null || echo 0; }
# By its command line too: after a restart of the machine the number may be somebody else's.
runs() { local pid; pid=$(process); [ "$pid" -gt 1 ] && grep -qaF "$lab/disk.qcow2" "/proc/$pid/cmdline" 2>/dev/null; }
monitor() { { echo "$1"; sleep 1; echo 'info snapshots'; sleep 1; } | timeout 90 socat -t 90 - "unix:$lab/monitor"; }
end_now() {
  ssh "${ssh_options[@]}" -p "$port" -O exit root@127.0.0.1 2>/dev/null || true
  runs || return 0
  kill -9 "$(process)"
  while runs; do sleep 0.05; done
}

# One processor, emulated: with two, QEMU's x86 emulation dies now and then while the kernel patches its own text.
start() { # [-loadvm NAME]
  nice -n 3 qemu-system-x86_64 -accel tcg,tb-size=512 -cpu max,la57=off -smp 1 -m "${MEMORY:-1024}" \
    -nodefaults -no-user-config -display none -no-reboot -kernel "$lab/vmlinuz" -initrd "$lab/initrd" \
    -append "console=ttyS0 panic=-1 root=/dev/vda rw quiet mitigations=off nokaslr net.ifnames=0 audit=0 systemd.show_status=0" \
    -serial "file:$lab/console.log" -monitor "unix:$lab/monitor,server=on,wait=off" -pidfile "$lab/pid" -device virtio-rng-pci \
    -drive "file=$lab/disk.qcow2,if=none,id=system,format=qcow2,cache=writeback" -device virtio-blk-pci,drive=system \
    -drive "file=$lab/programs.img,if=none,id=programs,format=raw,readonly=on" -device virtio-blk-pci,drive=programs \
    -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22,hostfwd=tcp:127.0.0.1:$((port + 1))-:8480,guestfwd=tcp:10.0.2.100:8883-cmd:socat - TCP:127.0.0.1:$((port + 2))" -device virtio-net-pci,netdev=net \
    -daemonize "$@" || return 1
  # A restored guest has the clock of its snapshot.
  for _ in {1..240}; do
    guest "date -s @$(date +%s)" >/dev/null 2>&1 && return 0
    runs || return 1
    sleep 0.5
  done
  return 1
}
prepare() {
  [ -f "$lab/base.img" ] || { echo "There is no guest in $lab; build it with $here/build-lab.sh" >&2; exit 3; }
  # Always of the same size: a restored guest believes in the size it knew.
  [ -f "$lab/programs.img" ] || truncate -s 512M "$lab/programs.img"
  [ -f "$lab/disk.qcow2" ] || qemu-img create -q -f qcow2 -b "$lab/base.img" -F raw "$lab/disk.qcow2"
}
boot() { for _ in 1 2 3; do start && return 0; end_now; done; tail -n 5 "$lab/console.log" >&2; return 1; }

case ${1:-} in
  up)
    end_now
    prepare
    if qemu-img snapshot -U -l "$lab/disk.qcow2" | grep -q ' booted ' && start -loadvm booted; then exit 0; fi
    end_now
    rm -f "$lab/disk.qcow2"
    prepare
    boot
    guest sync
    monitor 'savevm booted' | grep -aq ' booted ' || echo "The guest runs but could not be kept for the next time." >&2 ;;
  boot) end_now; prepare; boot ;;
  run) shift; guest "$@" ;;
  copy) shift; scp "${ssh_options[@]}" -P "$port" "${@:1:$#-1}" "root@127.0.0.1:${*: -1}" ;;
  kill) end_now ;;
  down)
    runs || exit 0
    guest 'systemctl --no-block poweroff' || true
    for _ in {1..60}; do runs || exit 0; sleep 0.5; done
    end_now ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; [ "${1:-}" = --help ] || exit 2 ;;
esac
