#!/usr/bin/env bash
# The guests' Wi-Fi in the lab: a phone joins, is held back, accepts, passes, leaves. A line for each thing shown, "Passed …" or "Failed …". Takes some minutes.
exec "$(dirname "$0")/show.sh" wifi.py "$@"
