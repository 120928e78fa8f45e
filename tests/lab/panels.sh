#!/usr/bin/env bash
# Small displays, lamp, buzzer and button in the lab; chapters (sheets, agent, edges, rights) may be named. A line for each thing shown, "Passed …" or "Failed …". Takes some minutes.
exec "$(dirname "$0")/show.sh" panels.py "$@"
