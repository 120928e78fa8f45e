#!/usr/bin/env bash
# Becomes one RabbitMQ (Debian's package, not its service) with its MQTT plug-in, which speaks 3.1.1, on loopback; lets everybody in, until it is ended by its pid.
# Needs an epmd, and starts one of its own on EPMD_PORT that ends with it. Nothing outside DIRECTORY is written.
#
#   tests/brokers/rabbitmq.sh DIRECTORY MQTT_PORT EPMD_PORT
#
# DIRECTORY keeps configuration, database and log (rabbit.log); the same one again resumes. EPMD_PORT + 1 is for tools and other nodes.
set -euo pipefail
case "${1:-}" in "" | -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;; esac
mkdir -p "$1"
directory=$(cd "$1" && pwd)
port=$2 epmd_port=$3

cat > "$directory/rabbitmq.conf" <<CONF
listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:$port
# Whoever gives no login is the user that every new database has.
mqtt.allow_anonymous = true
mqtt.default_user = guest
mqtt.default_pass = guest
mqtt.subscription_ttl = 3600000
mqtt.retained_message_store = rabbit_mqtt_retained_msg_store_dets
mqtt.durable_queue_type = classic
log.file.level = info
CONF
sed -i '/durable_queue_type/d' "$directory/rabbitmq.conf"
echo '[rabbitmq_mqtt].' > "$directory/enabled_plugins"

export HOME=$directory
export ERL_EPMD_PORT=$epmd_port ERL_EPMD_ADDRESS=127.0.0.1
export RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_DIST_PORT=$((epmd_port + 1)) RABBITMQ_CONFIG_FILE=$directory/rabbitmq.conf
export RABBITMQ_ENABLED_PLUGINS_FILE=$directory/enabled_plugins RABBITMQ_MNESIA_BASE=$directory/database RABBITMQ_LOG_BASE=$directory
export RABBITMQ_LOGS=$directory/rabbit.log RABBITMQ_PID_FILE=$directory/pid RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_GENERATED_CONFIG_DIR=$directory/config
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
# epmd ends when this shell's successor does: it holds the reading end of a pipe whose writing end only the broker has.
exec 3> >(epmd -port "$epmd_port" -address 127.0.0.1 -relaxed_command_check > /dev/null 2>&1 & epmd=$!; cat > /dev/null; kill "$epmd" 2> /dev/null)
# In this mode the script becomes the Erlang machine, so that its pid is the broker's.
export RUNNING_UNDER_SYSTEMD=true
exec /usr/lib/rabbitmq/bin/rabbitmq-server
