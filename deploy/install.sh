#!/bin/sh
# Installs StoreEdge from a publish directory:  install.sh [--root DIR] [--no-start] [--satellite] PUBLISH_DIRECTORY
# Run again to upgrade: program and unit are replaced; configuration, secrets and state are left as they are.
# --root DIR installs below DIR and starts nothing (for packages, images and tests); no privileges are needed then.
# --satellite makes this machine a satellite of another store's agent instead of a store of its own.
# --files lays the files and makes neither users nor configuration: the Debian package's scripts do that on the machine (deploy/package.sh).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=machine.sh
. "$here/machine.sh"
root='' start=yes publish='' service=storeedge files=no
usage() { sed -n '2,6s/^# //p' "$0"; }
die() { echo "install.sh: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --root) [ $# -ge 2 ] || die '--root needs a directory'; root=${2%/}; start=no; shift ;;
    --no-start) start=no ;;
    --satellite) service=storeedge-satellite ;;
    --files) files=yes ;;
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

lib=$root/usr/lib/storeedge doc=$root/usr/share/doc/storeedge share=$root/usr/share/storeedge units=$root/usr/lib/systemd/system
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

# Which runtime: a publish that brings one along (libcoreclr.so) is for the machine of its launcher. A portable one may carry the launcher of another machine: e_machine, at offset 18 of an ELF
# file, tells.
machine() { od -An -tx2 -j18 -N2 "$1" 2>/dev/null | tr -d ' \n'; }
rm -f "$root/usr/bin/storeedge"
if [ -x "$lib/storeedge" ] && { [ -f "$lib/libcoreclr.so" ] || [ "$(machine "$lib/storeedge")" = "$(machine /bin/sh)" ]; }; then
  ln -s ../lib/storeedge/storeedge "$root/usr/bin/storeedge"
else
  cat > "$root/usr/bin/storeedge" <<'LAUNCHER'
#!/bin/sh
command -v dotnet > /dev/null || { echo 'storeedge: there is no dotnet: install the ASP.NET Core 10 runtime (package aspnetcore-runtime-10.0), or a StoreEdge package that brings it along' >&2; exit 127; }
exec dotnet /usr/lib/storeedge/storeedge.dll "$@"
LAUNCHER
  chmod 755 "$root/usr/bin/storeedge"
fi

# Not below doc: a minimal system leaves that out (dpkg's path-exclude), and the first configuration is made from the examples.
rm -rf "$share"
mkdir -p "$doc" "$share/hardware"
cp -R "$here/examples" "$here/access-point" "$here/broker" "$share"
rm -rf "$doc/examples" "$doc/access-point" "$doc/broker"
ln -s ../../storeedge/examples ../../storeedge/access-point ../../storeedge/broker "$doc"
cp "$here/README.md" "$doc/README.md"
cp "$here/../hardware/profiles/"*.json "$share/hardware"

mkdir -p "$units" "$root/usr/lib/sysusers.d"
cp "$here/storeedge.service" "$here/storeedge-satellite.service" "$here/storeedge-kiosk@.service" "$here/storeedge-selftest.service" "$here/storeedge-selftest.timer" "$units/"
cp "$here/sysusers.conf" "$root/usr/lib/sysusers.d/storeedge.conf"
cp "$here/10-back-off.conf" "$here/no-radios.conf" "$share/"
[ "$files" = no ] || exit 0

satellite=
[ "$service" = storeedge ] || satellite=satellite
machine_configure "$root" "$here/examples" $satellite
machine_users "$root"
machine_back_off "$root"

if [ "$start" = yes ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl enable "$service.service"
  [ "$service" != storeedge ] || systemctl enable --now storeedge-selftest.timer
  systemctl restart "$service.service" || true
  [ "$service" != storeedge ] || storeedge doctor || true
fi
if [ "$service" = storeedge ]; then next='edit /etc/storeedge/storeedge.json, then  systemctl restart storeedge && storeedge doctor'
else next='put the pairing into /etc/storeedge/secrets/satellite-pairing, edit /etc/storeedge/satellite.json, then  systemctl restart storeedge-satellite'
fi
echo "StoreEdge is installed${root:+ below $root}. Next: $next"
