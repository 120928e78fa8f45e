#!/usr/bin/env bash
# Builds everything and passes all tests, the AsyncAPI project's own parser among them. With --all also the slow tiers (long kill and fuzz runs,
# Bluetooth, Wi-Fi, panels and the whole store in the virtual lab).
# Installs what is missing. The last line is "N passed, N failed, N skipped".
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/deploy/prerequisites.sh"

tier=fast
case "${1:-}" in
  "") ;;
  --all) tier=all ;;
  -h | --help) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
  *) echo "unknown option $1; there is only --all" >&2; exit 2 ;;
esac

need_sdk
need_packages mosquitto mosquitto-clients libmosquitto1 chromium ca-certificates procps faketime gcc libc6-dev iproute2 iputils-ping nftables libnftables1 dnsmasq-base tcpdump network-manager dbus-daemon busybox hostapd
if [ "$tier" = all ]; then need_packages ejabberd rabbitmq-server nats-server lintian; fi

cd "$root"
export STOREEDGE_TEST_TIER=$tier PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet restore StoreEdge.sln --locked-mode -v q
dotnet build StoreEdge.sln -c Release --no-restore -v q -clp:NoSummary
# Node.js from elsewhere brings its own npm and clashes with Debian's package.
command -v npm >/dev/null 2>&1 || need_packages npm
# The lock file names what is installed; the mark, what was.
installed() { (cd "$1" && { cmp -s package-lock.json node_modules/.installed || { npm ci --silent && cp package-lock.json node_modules/.installed; }; }); }
installed tests/accessibility || echo "axe-core cannot be installed: the tests that need it are skipped" >&2
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
status=0
# Tests of the whole system mostly wait for a store to do something: two rows of them side by side take little more than half the time of one. Each has ports of its own; within a row one test follows
# the other. What matches no name of the first row is in the second, so that no test is left out.
suite() { # PROJECT NAME FIRST-PORT [FILTER]
  STOREEDGE_TEST_PORTS=$3 STOREEDGE_TEST_SEEN=$results/seen dotnet test "tests/$1" -c Release --no-build ${4:+--filter "$4"} --logger "console;verbosity=normal" > "$results/$2" 2>&1
}
rooms=(Portal Displays Diagnostics Staff Gate Controllers Linux Journal Satellites)
first=$(printf '|FullyQualifiedName~SystemTests.%s.' "${rooms[@]}") rest=$(printf '&FullyQualifiedName!~SystemTests.%s.' "${rooms[@]}")
mkdir "$results/seen"
suite StoreEdge.SystemTests system-2 15000 "${rest#&}&FullyQualifiedName!~SeenMessages" &
second=$!
suite StoreEdge.Tests unit 22000 || status=1
suite StoreEdge.SystemTests system-1 22000 "${first#|}" || status=1
wait "$second" || status=1
suite StoreEdge.SystemTests seen-by-all 22000 "FullyQualifiedName~SeenMessages" || status=1
for name in unit system-1 system-2 seen-by-all; do
  echo "== $name"
  grep -vE '^\s+Passed |^(info|dbug): |^      (Request|Execut)' "$results/$name" || true
done
count() { awk -v word="$1" '$1 == word":" { n += $2 } END { print n + 0 }' "$results"/{unit,system-1,system-2,seen-by-all}; }
passed=$(count Passed) failed=$(count Failed) skipped=$(count Skipped)

echo "== the contract under the AsyncAPI project's own parser"
contract() { installed tests/contract && cd tests/contract && node validate.mjs; }
if (contract); then passed=$((passed + 1)); else failed=$((failed + 1)); status=1; fi

if [ "$tier" = all ]; then
  for script in bluetooth wifi panels store; do
    echo "== $script in the virtual lab"
    lab=0
    "tests/lab/$script.sh" > "$results/lab-$script" 2>&1 || lab=$?
    cat "$results/lab-$script"
    # 3: this machine cannot have the lab; the last line says why.
    if [ "$lab" -eq 3 ]; then skipped=$((skipped + 1)); elif [ "$lab" -ne 0 ]; then status=1; fi
    passed=$((passed + $(grep -c '^Passed ' "$results/lab-$script" || true))) failed=$((failed + $(grep -c '^Failed ' "$results/lab-$script" || true)))
  done
fi

# A suite that died before it could count itself must not pass as silence.
if [ "$passed" -eq 0 ]; then status=1; fi
if [ "$failed" -gt 0 ]; then status=1; fi
if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
