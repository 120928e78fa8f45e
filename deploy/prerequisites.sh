#!/usr/bin/env bash
# Installs the Debian packages named as arguments that are not there yet, and checks for the .NET 10 SDK. Sourced by demo.sh and tests/run.sh.
set -euo pipefail

need_sdk() {
  if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET 10 SDK is missing: there is no 'dotnet' on the PATH. Install it (package dotnet-sdk-10.0, or Microsoft's dotnet-install script) and run this again." >&2
    exit 3
  fi
  if ! dotnet --list-sdks | grep -q '^10\.'; then
    echo "The .NET 10 SDK is missing: 'dotnet --list-sdks' shows $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ' || true). Install version 10 and run this again." >&2
    exit 3
  fi
}

need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "Installing: ${missing[*]}" >&2
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "These packages are missing and only root can install them: apt-get install ${missing[*]}" >&2; exit 3; }
    as_root=(sudo)
  fi
  # A service that starts by itself would take port 1883; everything here starts its own on a port of its own.
  printf '#!/bin/sh\nexit 101\n' > "${TMPDIR:-/tmp}/no-services.$$" && chmod +x "${TMPDIR:-/tmp}/no-services.$$"
  local placed=
  if [ ! -e /usr/sbin/policy-rc.d ]; then "${as_root[@]}" cp "${TMPDIR:-/tmp}/no-services.$$" /usr/sbin/policy-rc.d && placed=1; fi
  rm -f "${TMPDIR:-/tmp}/no-services.$$"
  local failed=
  { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 || failed=1
  [ -z "$placed" ] || "${as_root[@]}" rm -f /usr/sbin/policy-rc.d
  [ -z "$failed" ] || { echo "apt-get could not install: ${missing[*]}. Its own words stand above." >&2; exit 3; }
}
