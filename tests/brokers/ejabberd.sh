#!/usr/bin/env bash
# Becomes one ejabberd node (Debian's package, not its service) that speaks MQTT 5 and 3.1.1 on loopback and lets everybody in, until it is ended by its pid:
# this script's own, for it execs. Nothing outside DIRECTORY is written, and no epmd is needed or started: a node listens for others at its own loopback
# address on a port that all nodes of a cluster share.
#
#   tests/brokers/ejabberd.sh DIRECTORY MQTT_PORT [ADDRESS [CLUSTER_PORT [JOIN_ADDRESS]]]
#
# DIRECTORY keeps configuration, database and log (ejabberd.log); the same one again resumes the node. ADDRESS (127.0.0.1) is where it serves MQTT and other
# nodes, and its name is ejabberd@ADDRESS. CLUSTER_PORT (4370) is for nodes among each other. With JOIN_ADDRESS it joins that running node's cluster. Two nodes:
#   tests/brokers/ejabberd.sh /tmp/a 21883 127.0.1.1 24370 &
#   tests/brokers/ejabberd.sh /tmp/b 21883 127.0.1.2 24370 127.0.1.1 &
# EJABBERD_MQTT adds lines to the module mod_mqtt, such as EJABBERD_MQTT='max_queue: 100000'.
set -euo pipefail
case "${1:-}" in "" | -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;; esac
mkdir -p "$1"
directory=$(cd "$1" && pwd)
port=$2 address=${3:-127.0.0.1} cluster_port=${4:-4370} join=${5:-}

umask 077
cat > "$directory/ejabberd.yml" <<YAML
hosts: [localhost]
loglevel: info
# A client gives any user name and any password; without a password it is refused.
auth_method: anonymous
anonymous_protocol: login_anon
allow_multiple_connections: true
# Its HTTP interfaces, its certificates and its service discovery are not wanted: no other listener, no other module.
certfiles: []
listen:
  - port: $port
    ip: "$address"
    module: mod_mqtt
    backlog: 1000
modules:
  mod_mqtt:
    max_queue: infinity
    max_topic_depth: 10
    match_retained_limit: infinity
    session_expiry: 1 hour
    ${EJABBERD_MQTT:-}
shaper:
  normal: infinity
YAML
# No name server: localhost is all that a node asks for.
printf '{lookup, [file, native]}.\n' > "$directory/inetrc"
# Nodes with one cookie may join each other; the directory is private to its owner. Not a secret worth more: nothing but loopback hears it.
printf 'storeedge-tests' > "$directory/.erlang.cookie" && chmod 400 "$directory/.erlang.cookie"

start='ok = application:load(ejabberd), {ok, _} = application:ensure_all_started(ejabberd)'
if [ -n "$join" ]; then
  # A node that was in the cluster before finds the others by its own database.
  start="$start, case lists:member('ejabberd@$join', ejabberd_cluster:get_known_nodes()) of true -> ok; false -> ok = ejabberd_cluster:join('ejabberd@$join') end"
fi

cd "$directory"
export HOME=$directory
export EJABBERD_CONFIG_PATH=$directory/ejabberd.yml EJABBERD_LOG_PATH=$directory/ejabberd.log ERL_INETRC=$directory/inetrc
export ERL_CRASH_DUMP=$directory/crash.dump ERL_MAX_PORTS=20000 ERL_DIST_PORT=$cluster_port
ERL_LIBS=$(dirname "$(dirname "$(dpkg -L ejabberd | grep '/ebin$')")")
export ERL_LIBS
# +sbwt none: an idle scheduler must not spin on cores that others need. erl itself execs, so the pid stays.
exec erl -noinput -name "ejabberd@$address" -start_epmd false -erl_epmd_port "$cluster_port" \
  -kernel inet_dist_use_interface "{${address//./,}}" +K true +P 250000 +sbwt none +sbwtdcpu none +sbwtdio none \
  -mnesia dir "\"$directory/database\"" -eval "$start."
