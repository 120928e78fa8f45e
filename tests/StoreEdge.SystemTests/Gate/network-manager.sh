#!/usr/bin/env bash
# NetworkManager in the network that it is started in, with a bus, files and settings of its own; nothing of the machine's is touched. Each line read is given to nmcli, and its answer
# is written as one line. Ends with its input.
# Usage: network-manager.sh DIRECTORY INTERFACE ADDRESS/LENGTH GATEWAY
set -euo pipefail
directory=$1 interface=$2 address=$3 gateway=$4
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/NetworkManager/system-connections
mount -t tmpfs tmpfs /var/lib/NetworkManager
mount -t tmpfs tmpfs /etc/NetworkManager
echo "nameserver $gateway" > "$directory/resolv.conf"
mount --bind "$directory/resolv.conf" /etc/resolv.conf
# Without udev NetworkManager would wait for it for ever; where /sys cannot be written it takes the machine for a container and does not.
mount -o remount,ro,bind /sys
cat > "$directory/bus.conf" <<X
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>
X
cat > /run/NetworkManager/system-connections/guests.nmconnection <<X
[connection]
id=guests
type=ethernet
interface-name=$interface
[ipv4]
method=manual
address1=$address,$gateway
[ipv6]
method=disabled
X
chmod 600 /run/NetworkManager/system-connections/guests.nmconnection
# The question that Debian's NetworkManager asks, at the host that GNOME runs for it.
cat > "$directory/nm.conf" <<X
[main]
plugins=keyfile
dns=none
auth-polkit=false
[connectivity]
uri=http://nmcheck.gnome.org/check_network_status.txt
response=NetworkManager is online
interval=300
X
dbus-daemon --config-file="$directory/bus.conf" --nofork --nopidfile 2> "$directory/bus.log" &
bus=$!
until [ -S /run/dbus/system_bus_socket ]; do kill -0 $bus; done
NetworkManager --no-daemon --config="$directory/nm.conf" > "$directory/nm.log" 2>&1 &
manager=$!
trap 'kill $manager $bus; wait' EXIT
while read -r line; do
  # shellcheck disable=SC2086
  nmcli -t $line 2>&1 | tr '\n' ' ' || true
  echo
done
