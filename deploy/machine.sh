# shellcheck shell=sh
# What StoreEdge makes on a machine beside its own files, and takes away again. Sourced by install.sh and remove.sh, and part of the Debian package's scripts: there is one way to do it.
# Every function takes the root of the file system ('' for the running machine) and may be called again: what is there stays as it is.

# The configuration, where there is none; a store edits it, so an upgrade never asks about it. EXAMPLES is a directory with storeedge.json and bundle.json.
machine_configure() { # ROOT EXAMPLES [satellite]
  machine_etc=$1/etc/storeedge
  # Whoever administers the machine may have closed a folder that is there.
  for machine_folder in "$machine_etc" "$machine_etc/conf.d"; do
    [ -d "$machine_folder" ] || { mkdir -p "$machine_folder" && chmod 755 "$machine_folder"; }
  done
  mkdir -p "$machine_etc/secrets"
  chmod 700 "$machine_etc/secrets"
  for machine_file in storeedge.json bundle.json ${3:+satellite.json}; do
    [ -e "$machine_etc/$machine_file" ] || [ ! -f "$2/$machine_file" ] || { cp "$2/$machine_file" "$machine_etc/" && chmod 644 "$machine_etc/$machine_file"; }
  done
  # The registry names the tenant's customers, so it is a secret too; nobody is known until it is filled.
  [ -e "$machine_etc/secrets/enrolment.json" ] || (umask 077 && printf '{ "version": 1, "entries": [] }\n' > "$machine_etc/secrets/enrolment.json")
  if [ ! -e "$machine_etc/secrets/pseudonym-key" ]; then
    (umask 077 && printf '1:%s\n' "$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')" > "$machine_etc/secrets/pseudonym-key")
    echo "A new pseudonym key was made in /etc/storeedge/secrets/pseudonym-key; replace it with the tenant's own before customers are enrolled."
  fi
}

# The users, from sysusers.d; below another root systemd makes them at the first boot. DynamicUser= of the unit takes the user of its own name where there is one, so that files can belong to
# it while it does not run.
machine_users() { # ROOT
  [ -z "$1" ] || return 0
  systemd-sysusers storeedge.conf
}

# RestartSteps= came with systemd 254; an older one would complain about it at every boot.
machine_back_off() { # ROOT
  machine_systemd=$(systemctl --version 2> /dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  for machine_unit in storeedge storeedge-satellite; do
    machine_drop_in=$1/usr/lib/systemd/system/$machine_unit.service.d
    rm -f "$machine_drop_in/10-back-off.conf"
    [ "${machine_systemd:-0}" -ge 254 ] || continue
    mkdir -p "$machine_drop_in"
    cp "$1/usr/share/storeedge/10-back-off.conf" "$machine_drop_in/10-back-off.conf"
  done
}

# Takes away what machine_back_off made.
machine_leave() { # ROOT
  for machine_unit in storeedge storeedge-satellite; do
    machine_drop_in=$1/usr/lib/systemd/system/$machine_unit.service.d
    rm -f "$machine_drop_in/10-back-off.conf"
    [ ! -d "$machine_drop_in" ] || rmdir --ignore-fail-on-non-empty "$machine_drop_in"
  done
}

# Everything that was configured and kept. systemd keeps the state of a dynamic user in /var/lib/private, behind a link.
machine_forget() { # ROOT
  # Units that were enabled or changed by hand (satellites, displays) left links and drop-ins.
  rm -rf "$1/etc/systemd/system"/storeedge.*.d "$1/etc/systemd/system"/storeedge-*.d
  rm -f "$1/etc/systemd/system"/*.wants/storeedge.service "$1/etc/systemd/system"/*.wants/storeedge-*.service "$1/etc/systemd/system"/*.wants/storeedge-*.timer
  rm -rf "$1/etc/storeedge" \
    "$1/var/lib/private/storeedge" "$1/var/lib/storeedge" "$1/var/lib/private/storeedge-selftest" "$1/var/lib/storeedge-selftest" "$1/var/lib/storeedge-kiosk" "$1/run/storeedge" "$1/run/storeedge-satellite"
}
