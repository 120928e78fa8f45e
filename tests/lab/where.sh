# Where the lab lies and which ports of the loopback it has. Sourced.
lab=${STOREEDGE_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/storeedge-lab}
port=${STOREEDGE_LAB_PORT:-2240}   # ssh; the next one is the agent's pages
