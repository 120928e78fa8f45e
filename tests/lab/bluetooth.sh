#!/usr/bin/env bash
# Bluetooth in the lab; chapters (visit, ladder, rights, rate, unix) may be named. A line for each thing shown, "Passed …" or "Failed …". Takes about a quarter of an hour.
exec "$(dirname "$0")/show.sh" bluetooth.py "$@"
