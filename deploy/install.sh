#!/bin/sh
# Installs StoreEdge from a publish directory:  install.sh [--root DIR] [--no-start] [--satellite] PUBLISH_DIRECTORY
# Run again to upgrade: program and unit are replaced; configuration, secrets and state are left as they are.
# --root DIR installs below DIR and starts nothing (for packages, images and tests); no privileges are needed then.
# --satellite makes this machine a satellite of another store's agent instead of a store of its own.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root='' start=yes publish='' service=storeedge
usage() { sed -n '2,5s/^# //p' "$0"; }
die() { echo "install.sh: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --root) [ $# -ge 2 ] || die '--root needs a directory'; root=${2%/}; start=no; shift ;;
    --no-start) start=no ;;
    --satellite) service=storeedge-satellite ;;
    -h | --help) usage; exit 0 ;;
    -*) die "unknown option $1 (see --help)" ;;
    *) [ -z "$publish" ] || die "one publish directory, not also $1"; publish=$1 ;;
  esac
  shift
done
[ -n "$publish" ] || { usage >&2; exit 1; }
[ -f "$publish/storeedge.dll" ] || [ -x "$publish/storeedge" ] ||
  die "$publish holds no storeedge: make one with  dotnet publish src/StoreEdge.Agent -c Release -o $publish"
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || die 'installing into the running system needs root (sudo), or give --root DIR'

lib=$root/usr/lib/storeedge etc=$root/etc/storeedge doc=$root/usr/share/doc/storeedge share=$root/usr/share/storeedge units=$root/usr/lib/systemd/system
umask 022

# The program, as a whole: what an older version left behind must not be loaded by a newer one.
mkdir -p "$root/usr/lib" "$root/usr/bin"
rm -rf "$lib.new"
cp -R "$publish" "$lib.new"
chmod -R u+rwX,go+rX,go-w "$lib.new"
rm -rf "$lib.old"
[ ! -e "$lib" ] || mv "$lib" "$lib.old"
mv "$lib.new" "$lib"
rm -rf "$lib.old"

# A portable publish may carry the launcher of another machine: e_machine, at offset 18 of an ELF file, tells.
machine() { od -An -tx2 -j18 -N2 "$1" 2>/dev/null | tr -d ' \n'; }
rm -f "$root/usr/bin/storeedge"
if [ -x "$lib/storeedge" ] && [ "$(machine "$lib/storeedge")" = "$(machine /bin/sh)" ]; then
  ln -s ../lib/storeedge/storeedge "$root/usr/bin/storeedge"
else
  printf '#!/bin/sh\nexec dotnet /usr/lib/storeedge/storeedge.dll "$@"\n' > "$root/usr/bin/storeedge"
  chmod 755 "$root/usr/bin/storeedge"
fi

# The configuration: only where there is none.
mkdir -p "$etc/conf.d" "$etc/secrets"
chmod 755 "$etc" "$etc/conf.d"
chmod 700 "$etc/secrets"
keep() { [ -e "$2" ] || { cp "$1" "$2"; chmod "$3" "$2"; }; }
[ "$service" = storeedge ] || keep "$here/examples/satellite.json" "$etc/satellite.json" 644
keep "$here/examples/storeedge.json" "$etc/storeedge.json" 644
[ ! -f "$here/examples/bundle.json" ] || keep "$here/examples/bundle.json" "$etc/bundle.json" 644
# The registry names the tenant's customers, so it is a secret too; nobody is known until it is filled.
[ -e "$etc/secrets/enrolment.json" ] || (umask 077; printf '{ "version": 1, "entries": [] }\n' > "$etc/secrets/enrolment.json")
if [ ! -e "$etc/secrets/pseudonym-key" ]; then
  (umask 077; printf '1:%s\n' "$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')" > "$etc/secrets/pseudonym-key")
  echo "A new pseudonym key was made in /etc/storeedge/secrets/pseudonym-key; replace it with the tenant's own before customers are enrolled."
fi

mkdir -p "$doc/examples" "$doc/access-point"
cp -R "$here/examples/." "$doc/examples"
cp -R "$here/access-point/." "$doc/access-point"
cp "$here/README.md" "$doc/README.md"
mkdir -p "$share/hardware"
cp "$here/../hardware/profiles/"*.json "$share/hardware"

# The unit. RestartSteps= came with systemd 254; an older one would complain about it at every boot.
mkdir -p "$units"
cp "$here/storeedge.service" "$here/storeedge-satellite.service" "$here/storeedge-kiosk@.service" "$units/"
systemd=$(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
if [ "${systemd:-0}" -ge 254 ]; then
  for unit in storeedge storeedge-satellite; do
    mkdir -p "$units/$unit.service.d"
    cp "$here/10-back-off.conf" "$units/$unit.service.d/10-back-off.conf"
  done
fi

if [ "$start" = yes ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl enable "$service.service"
  systemctl restart "$service.service" || true
  [ "$service" != storeedge ] || storeedge doctor || true
fi
if [ "$service" = storeedge ]; then next='edit /etc/storeedge/storeedge.json, then  systemctl restart storeedge && storeedge doctor'
else next='put the pairing into /etc/storeedge/secrets/satellite-pairing, edit /etc/storeedge/satellite.json, then  systemctl restart storeedge-satellite'
fi
echo "StoreEdge is installed${root:+ below $root}. Next: $next"
