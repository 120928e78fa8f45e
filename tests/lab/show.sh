#!/usr/bin/env bash
# Shows something in the lab: builds the guest where that has not been done, publishes, boots, and runs a script of guest/ there. Its arguments: the script, and what that takes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
script=$1
shift
"$here/build-lab.sh"
"$here/vm.sh" kill
"$here/programs.sh"
trap '"$here/vm.sh" kill' EXIT
"$here/vm.sh" up
"$here/vm.sh" run 'mount -o ro /dev/vdb /opt/programs'
"$here/vm.sh" run python3 "/opt/programs/guest/$script" "$@"
