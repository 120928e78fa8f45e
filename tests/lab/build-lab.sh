#!/usr/bin/env bash
# Builds the virtual lab: a Debian guest for QEMU with a kernel that offers Bluetooth, Wi-Fi, GPIO and I2C without any hardware.
#
#   build-lab.sh [DIRECTORY]    default: $STOREEDGE_LAB, else ~/.cache/storeedge-lab (below XDG_CACHE_HOME where that is set)
#
# Needs root on Debian or a relative. Does nothing where the guest was already built by this very script. Kept and used again: root.tar and the
# kernel's package; delete them to take newer ones.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../deploy/prerequisites.sh"
. "$here/where.sh"
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit 0 ;; esac
lab=${1:-$lab}
suite=trixie

stamp=$(sha256sum "$0" | cut -d' ' -f1)
if [ "$(cat "$lab/stamp" 2>/dev/null)" = "$stamp" ] && [ -f "$lab/base.img" ]; then exit 0; fi
[ "$(id -u)" -eq 0 ] || { echo "Only root can build the lab's guest: it holds files of many owners. Run this as root: $0 $lab" >&2; exit 3; }
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "The lab is for x86-64 machines; this one is $(dpkg --print-architecture)." >&2; exit 3; }
need_packages mmdebstrap qemu-system-x86 qemu-utils e2fsprogs kmod cpio xz-utils openssh-client socat python3

# The guest comes from where this machine's own packages come from.
mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)}
[ -n "$mirror" ] || { echo "This machine's apt has no Debian source; name one: MIRROR=… $0" >&2; exit 3; }

mkdir -p "$lab"
work=$(mktemp -d "$lab/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir "$root"
tell() { printf '%4ds  %s\n' "$SECONDS" "$*" >&2; }

tell "packages of the guest ($suite)"
packages=systemd-sysv,udev,dbus,kmod,procps,openssh-server,iproute2,busybox-static,ca-certificates,curl,python3,sqlite3,strace,libicu76
packages+=,bluez,bluez-test-tools,rfkill                                       # Bluetooth
packages+=,iw,hostapd,dnsmasq-base,wpasupplicant,nftables,tcpdump              # guests' Wi-Fi
packages+=,gpiod,i2c-tools                                                     # lamps and panels
packages+=,mosquitto,mosquitto-clients,libmosquitto1                           # the broker, and the agent's library
if [ ! -f "$lab/root.tar" ] || [ "$(cat "$lab/root.packages" 2>/dev/null)" != "$packages" ]; then
  mmdebstrap --mode=root --variant=minbase --include="$packages" --aptopt='APT::Sandbox::User "root"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$suite" "$work/root.tar" "$mirror" > "$lab/packages.log" 2>&1 || { tail -n 15 "$lab/packages.log" >&2; exit 1; }
  mv "$work/root.tar" "$lab/root.tar"
  echo "$packages" > "$lab/root.packages"
fi
tar -C "$root" -xf "$lab/root.tar"

tell "kernel"
if ! ls "$lab"/linux-image-*.deb >/dev/null 2>&1; then
  # With an apt state of its own, so that the machine's stays as it is.
  apt=$work/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  : > "$apt/status"
  echo "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$apt/sources"
  cat > "$apt/conf" <<CONF
Dir::State "$apt"; Dir::State::status "$apt/status"; Dir::State::lists "$apt/lists"; Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources"; Dir::Etc::sourceparts "-"; APT::Architecture "amd64"; APT::Sandbox::User "root"; Acquire::Languages "none";
CONF
  (export APT_CONFIG="$apt/conf"; cd "$lab"; apt-get -qq update; apt-get -qq download "$(apt-cache depends linux-image-amd64 | awk '/Depends:/ { print $2; exit }')")
fi
dpkg-deb --fsys-tarfile "$lab"/linux-image-*.deb | tar -C "$work" -xf - --exclude='./usr/share/*' \
  --exclude='*/drivers/gpu/*' --exclude='*/drivers/media/*' --exclude='*/sound/*' --exclude='*/drivers/infiniband/*' \
  --exclude='*/drivers/net/ethernet/*' --exclude='*/drivers/scsi/*' --exclude='*/drivers/iio/*/*' --exclude='*/drivers/staging/*'
modules=$(find "$work" -maxdepth 4 -path '*lib/modules/*' -prune -type d | head -n 1)
kernel=$(basename "$modules")
cp "$work/boot/vmlinuz-$kernel" "$lab/vmlinuz"
mkdir -p "$root/usr/lib/modules"
mv "$modules" "$root/usr/lib/modules/"
depmod -b "$root" "$kernel" 2>/dev/null

tell "configuration of the guest"
[ -f "$lab/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$lab/id_ed25519"
install -d -m 700 "$root/root/.ssh"
install -m 600 "$lab/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
echo storelab > "$root/etc/hostname"
echo '127.0.0.1 localhost storelab' > "$root/etc/hosts"
echo '/dev/vda / ext4 rw,relatime 0 1' > "$root/etc/fstab"
sed -i 's|^root:[^:]*:|root::|' "$root/etc/shadow"
printf 'a%.0s' {1..32} > "$root/etc/machine-id"
printf '[Match]\nName=eth0\n[Network]\nAddress=10.0.2.15/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n' > "$root/etc/systemd/network/10-eth0.network"
printf 'UseDNS no\nUsePAM no\nMaxSessions 100\n' > "$root/etc/ssh/sshd_config.d/lab.conf"
# The programs under test come on a disk of their own; a launcher finds the runtime there.
mkdir -p "$root/opt/programs" "$root/etc/dotnet"
echo /opt/programs/dotnet > "$root/etc/dotnet/install_location"
units=$root/etc/systemd/system
mkdir -p "$units/multi-user.target.wants" "$root/etc/systemd/system-generators"
for unit in mosquitto bluetooth wpa_supplicant; do rm -f "$units"/*.wants/$unit.service; done
for unit in systemd-networkd ssh; do ln -sf /usr/lib/systemd/system/$unit.service "$units/multi-user.target.wants/"; done
ln -sf /usr/lib/systemd/system/multi-user.target "$units/default.target"
ln -sf /dev/null "$root/etc/systemd/system-generators/systemd-ssh-generator"
# What costs time in every boot and serves nobody here.
for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer dpkg-db-backup.timer getty.target serial-getty@ttyS0.service \
  systemd-networkd-wait-online.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service dev-hugepages.mount \
  systemd-tpm2-setup-early.service systemd-tpm2-setup.service; do
  ln -sf /dev/null "$units/$unit"
done

tell "initial ramdisk"
ram=$work/ram
mkdir -p "$ram"/{bin,dev,proc,sys,newroot,modules}
cp "$root/usr/bin/busybox" "$ram/bin/busybox"
ln -s busybox "$ram/bin/sh"
for module in $(modprobe -d "$root" -S "$kernel" --show-depends -a virtio_pci virtio_blk ext4 crc32c_generic 2>/dev/null | awk '/^insmod/ && !seen[$2]++ { print $2 }'); do
  name=$(basename "$module" .xz)
  case $module in *.xz) xz -dc "$module" > "$ram/modules/$name" ;; *) cp "$module" "$ram/modules/$name" ;; esac
  echo "$name" >> "$ram/modules/order"
done
cat > "$ram/init" <<'INIT'
#!/bin/sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev; $b mount -t proc proc /proc; $b mount -t sysfs sys /sys
while read module; do $b insmod /modules/$module; done < /modules/order
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 200 ]; do $b usleep 50000; tries=$((tries + 1)); done
$b mount -t ext4 /dev/vda /newroot || exec $b sh
for d in dev proc sys; do $b mount --move /$d /newroot/$d; done
exec $b switch_root /newroot /sbin/init
INIT
chmod +x "$ram/init"
(cd "$ram" && find . | cpio -o -H newc --quiet | gzip -1) > "$lab/initrd"

tell "disk"
rm -f "$lab/base.img" "$lab/disk.qcow2"
truncate -s 2G "$lab/base.img"
mkfs.ext4 -q -F -d "$root" "$lab/base.img"
echo "$stamp" > "$lab/stamp"
tell "done: $(du -h "$lab/base.img" | cut -f1), kernel $kernel, in $lab"
