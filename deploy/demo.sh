#!/usr/bin/env bash
# A store in a minute: sets up what is missing, builds, and starts a broker on the loopback, the agent, a headless browser on each display and the
# simulator with a busy store. Ctrl-C stops everything that it started.
#
#   --seconds N       end by itself after N seconds
#   --json FILE       write what was true and what was reported, as JSON
#   --scenario NAME   a scenario of the simulator (default: default), or a file
#   --seed N          the store's chance (default: 1)
#   --http PORT       the agent's pages (default: 8480)
#   --mqtt PORT       the broker (default: 18830)
#   --directory DIR   where everything is kept (default: a new directory under /tmp)
#   --no-browser      no headless browsers: open the displays yourself
#   --no-build        use what was built before
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/deploy/prerequisites.sh"

seconds='' json='' scenario=default seed=1 http=8480 mqtt=18830 directory='' browser=1 build=1
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds | --json | --scenario | --seed | --http | --mqtt | --directory)
      [ $# -ge 2 ] || { echo "$1 needs a value; see --help" >&2; exit 2; }
      printf -v "${1#--}" '%s' "$2"; shift 2 ;;
    --no-browser) browser=; shift ;;
    --no-build) build=; shift ;;
    -h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
for number in seconds seed http mqtt; do
  case "${!number}" in *[!0-9]*) echo "--$number must be a whole number, not '${!number}'" >&2; exit 2 ;; esac
done
[ -n "$seconds" ] || [ -z "$json" ] || { echo "--json is written at the end: give --seconds too" >&2; exit 2; }
[ -z "$json" ] || json=$(realpath -m "$json")

need_sdk
need_packages mosquitto libmosquitto1 curl ${browser:+chromium}

directory=${directory:-$(mktemp -d /tmp/storeedge-demo-XXXXXX)}
mkdir -p "$directory"
directory=$(realpath "$directory")

started=()
stop_all() {
  trap - EXIT INT TERM
  # Last started, first stopped: the shoppers leave before the shop closes.
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    kill "${started[i]}" 2>/dev/null || continue
    for _ in {1..50}; do kill -0 "${started[i]}" 2>/dev/null || break; sleep 0.1; done
    kill -9 "${started[i]}" 2>/dev/null || true
  done
  wait 2>/dev/null || true
}
trap stop_all EXIT
trap 'exit 130' INT TERM

show() { printf '%s\n' "$*" >&2; }
fail() { show "$1"; [ -f "$2" ] && tail -n 15 "$2" >&2; exit 1; }
until_true() { # tenths-of-a-second command...
  local tries=$1; shift
  for ((i = 0; i < tries; i++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  return 1
}
port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port_is_free "$mqtt" || { show "Port $mqtt is taken; choose another with --mqtt"; exit 1; }
port_is_free "$http" || { show "Port $http is taken; choose another with --http"; exit 1; }

if [ -n "$build" ]; then
  show "Building…"
  dotnet restore "$root/StoreEdge.sln" --locked-mode -v q >&2
  for project in StoreEdge.Agent StoreEdge.Simulator; do
    dotnet build "$root/src/$project" -c Release --no-restore -v q -clp:NoSummary >&2
  done
fi
agent="$root/src/StoreEdge.Agent/bin/Release/net10.0/storeedge"
simulator="$root/src/StoreEdge.Simulator/bin/Release/net10.0/storeedge-sim"
[ -x "$agent" ] && [ -x "$simulator" ] || { show "There is no build yet; run again without --no-build"; exit 1; }

cat > "$directory/mosquitto.conf" <<CONF
listener $mqtt 127.0.0.1
allow_anonymous true
persistence false
CONF
PATH="$PATH:/usr/sbin" mosquitto -c "$directory/mosquitto.conf" > "$directory/mosquitto.log" 2>&1 &
started+=($!)
until_true 100 bash -c "exec 3<>/dev/tcp/127.0.0.1/$mqtt" || fail "The broker did not start:" "$directory/mosquitto.log"

# The journey service and the store share the tenant's key; who is enrolled reaches the store over MQTT, as it would in the field.
[ -s "$directory/pseudonym.key" ] || (umask 077 && echo "1:$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')" > "$directory/pseudonym.key")

"$agent" run --config "$root/deploy/demo/storeedge.json" \
  --set state.directory="$directory/state" --set http.listen="127.0.0.1:$http" --set mqtt.port="$mqtt" \
  --set enrolment.pseudonymKeyFile="$directory/pseudonym.key" \
  > "$directory/agent.log" 2>&1 &
started+=($!)
until_true 300 curl -fsS "http://127.0.0.1:$http/health/ready" || fail "The agent did not become ready:" "$directory/agent.log"

displays="entrance shoes"
if [ -n "$browser" ]; then
  for display in $displays; do
    chromium --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync \
      --disable-dev-shm-usage --hide-scrollbars --window-size=1280,720 --remote-debugging-port=0 --user-data-dir="$directory/browser-$display" \
      "http://127.0.0.1:$http/display/$display" > "$directory/browser-$display.log" 2>&1 &
    started+=($!)
  done
  displays_answer() { [ "$(curl -fsS "http://127.0.0.1:$http/diagnostics/status.json" | grep -o '"connected": *true' | wc -l)" -ge "$(wc -w <<<"$displays")" ]; }
  until_true 300 displays_answer || show "Not every display has connected yet; going on."
fi

show "
  Displays          $(for display in $displays; do printf 'http://127.0.0.1:%s/display/%s  ' "$http" "$display"; done)
  Portal            http://127.0.0.1:$http/portal
  Technician's page http://127.0.0.1:$http/diagnostics
  MQTT              mosquitto_sub -p $mqtt -t 'stores/v1/#' -v
  Files and logs    $directory
"
radios=()
for receiver in door-out door-in shoes outdoor; do radios+=(--receiver "$receiver=unix:$directory/state/radio/$receiver.sock"); done
"$simulator" run --scenario "$scenario" --seed "$seed" ${seconds:+--seconds "$seconds"} "${radios[@]}" \
  --portal "http://127.0.0.1:$http/portal" --mqtt "127.0.0.1:$mqtt" --store demo-store --pseudonym-key "$directory/pseudonym.key" \
  --database "$directory/journey.db" ${json:+--json "$json"} --table &
simulation=$!
started+=("$simulation")
status=0
wait "$simulation" || status=$?
[ -z "$json" ] || [ ! -f "$json" ] || cat "$json"
exit "$status"
