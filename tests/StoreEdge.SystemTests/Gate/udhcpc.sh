#!/bin/sh
# What udhcpc does with an address that it got or gave back: the interface is given it, and what came with it is written to the file $LEASE.
case $1 in
  bound | renew)
    # shellcheck disable=SC2154
    ip -4 addr flush dev "$interface"
    # shellcheck disable=SC2154
    ip addr add "$ip/$mask" dev "$interface"
    # shellcheck disable=SC2154
    ip route replace default via "$router"
    # shellcheck disable=SC2154
    printf '%s\n%s\n' "$ip" "$opt114" > "$LEASE.new"
    mv "$LEASE.new" "$LEASE"
    ;;
  deconfig) ip -4 addr flush dev "$interface" ;;
esac
