#!/usr/bin/env bash
# Draws the contract (src/StoreEdge.Contracts/asyncapi.yaml) as one HTML file that needs nothing else. Usage: deploy/contract-page.sh [FILE], by default
# out/contract.html. Installs Node.js and the AsyncAPI project's component (about 120 MB, below tests/contract/page) when they are missing.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/deploy/prerequisites.sh"

case "${1:-}" in -h | --help) sed -n '2,3s/^# //p' "$0"; exit 0 ;; esac
target=$(realpath -m "${1:-$root/out/contract.html}")
# Node.js from elsewhere brings its own npm and clashes with Debian's package.
command -v npm >/dev/null 2>&1 || need_packages npm
cd "$root/tests/contract/page"
# The lock file names what is installed; the mark, what was.
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --silent
  cp package-lock.json node_modules/.installed
fi
node render.mjs "$target"
