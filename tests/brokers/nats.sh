#!/usr/bin/env bash
# Becomes one nats-server (Debian's package, not its service) with JetStream, without which it has no MQTT, on loopback; it speaks 3.1.1 and lets everybody in,
# until it is ended by its pid. Nothing outside DIRECTORY is written.
#
#   tests/brokers/nats.sh DIRECTORY MQTT_PORT NATS_PORT
#
# DIRECTORY keeps configuration, streams and log (nats.log); the same one again resumes.
set -euo pipefail
case "${1:-}" in "" | -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;; esac
mkdir -p "$1"
directory=$(cd "$1" && pwd)
cat > "$directory/nats.conf" <<CONF
server_name: storeedge-tests
listen: "127.0.0.1:$3"
jetstream { store_dir: "$directory/streams", max_memory_store: 256MB, max_file_store: 2GB }
# 100 unanswered messages a session by default; the agent's window is 50.
mqtt { listen: "127.0.0.1:$2", ack_wait: "10s", max_ack_pending: 1000 }
logfile: "$directory/nats.log"
CONF
exec nats-server -c "$directory/nats.conf"
