#!/usr/bin/env bash
# Builds the Debian package:  deploy/package.sh [--architecture amd64|arm64|all] [--version VERSION] [-o DIRECTORY]
#
# amd64 and arm64 bring the .NET runtime along; `all` is portable and needs ASP.NET Core 10 on the machine. Files are laid by install.sh --files; what is made on a machine, and taken away again,
# is machine.sh, inside the package's scripts. Version: of Directory.Build.props, and the time and name of the commit. Prints the path of the package.
#
# For tests: --publish DIRECTORY takes a publish that is there; --help-from COMMAND asks that program for the texts of the manual pages.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source_root=$(cd "$here/.." && pwd)
# shellcheck source=prerequisites.sh
. "$here/prerequisites.sh"
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }
die() { echo "package.sh: $*" >&2; exit 2; }

architecture=$(dpkg --print-architecture) version='' out=. publish='' help_from=''
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --architecture | --version | -o | --publish | --help-from)
      [ $# -gt 1 ] || die "$1 needs a value"
      case $1 in --architecture) architecture=$2 ;; --version) version=$2 ;; -o) out=$2 ;; --publish) publish=$2 ;; --help-from) help_from=$2 ;; esac
      shift ;;
    *) die "unknown argument $1 (see --help)" ;;
  esac
  shift
done
case $architecture in
  amd64) runtime=linux-x64 ;;
  arm64) runtime=linux-arm64 ;;
  all) runtime='' ;;
  *) die "the architecture is amd64, arm64 or all, not $architecture" ;;
esac
need_packages dpkg python3

commit_time=${SOURCE_DATE_EPOCH:-$(git -C "$source_root" log -1 --format=%ct 2>/dev/null || date +%s)}
if [ -z "$version" ]; then
  version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' "$source_root/Directory.Build.props")
  version+=+$(date -u -d "@$commit_time" +%Y%m%d%H%M%S).$(git -C "$source_root" rev-parse --short=7 HEAD 2>/dev/null || echo source)
fi
dpkg --validate-version "$version" || die "'$version' is no version"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
if [ -z "$publish" ]; then
  need_sdk
  publish=$work/publish
  "$here/publish.sh" ${runtime:+--runtime "$runtime"} -o "$publish" >&2
fi
if [ -z "$help_from" ]; then
  if [ "$architecture" = "$(dpkg --print-architecture)" ]; then help_from=$publish/storeedge
  else
    # The texts are the same on every processor; a portable publish can print them on this one.
    need_sdk
    portable=$publish
    if [ "$architecture" != all ]; then portable=$work/portable && "$here/publish.sh" -o "$portable" >&2; fi
    help_from="dotnet $portable/storeedge.dll"
  fi
fi

# The files.
umask 022
mkdir -p "$stage"
sh "$here/install.sh" --root "$stage" --files "$publish" > /dev/null
# The bridge to LTTng, which nobody here listens to, wants a library that no machine has.
rm -f "$stage/usr/lib/storeedge/libcoreclrtraceptprovider.so"
find "$stage/usr/lib/storeedge" -type f ! -name storeedge ! -name createdump -exec chmod 644 {} +
doc=$stage/usr/share/doc/storeedge
"$here/debian/texts.py" "$help_from" "$source_root/README.md" "$version" "$stage" > /dev/null
gzip -9n "$stage"/usr/share/man/man?/*
cat "$here/debian/copyright" > "$doc/copyright"
if [ -n "$runtime" ]; then
  for pack in microsoft.netcore.app.runtime microsoft.aspnetcore.app.runtime; do
    for notice in "${NUGET_PACKAGES:-$HOME/.nuget/packages}/$pack.$runtime"/*/THIRD-PARTY-NOTICES.TXT; do
      [ ! -f "$notice" ] || install -m 644 "$notice" "$doc/$pack.notices.txt"
    done
  done
fi
{
  printf 'storeedge (%s) stable; urgency=medium\n\n' "$version"
  git -C "$source_root" log -30 --no-merges --format=%s 2>/dev/null | sed -e 's/^/  * /' | fold -s -w 76 | sed -e 's/ *$//' -e 's/^\([^ ]\)/    \1/' || true
  [ -d "$source_root/.git" ] || printf '  * See the source.\n'
  printf '\n -- StoreEdge maintainers <maintainers@storeedge.invalid>  %s\n' "$(LC_ALL=C date -u -R -d "@$commit_time")"
} | gzip -9n > "$doc/changelog.gz"
mkdir -p "$stage/usr/share/lintian/overrides"
[ "$architecture" = all ] || cp "$here/debian/lintian-overrides" "$stage/usr/share/lintian/overrides/storeedge"

# What it needs. Its runtime opens OpenSSL by name; libmosquitto1 and libnftables1 are opened by name too.
mkdir -p "$stage/DEBIAN"
needs='libmosquitto1, libssl3 | libssl3t64, ca-certificates, tzdata, systemd (>= 250) | systemd-standalone-sysusers'
if [ -n "$runtime" ]; then needs+=', libc6 (>= 2.27), libgcc-s1, libstdc++6'; else needs+=', aspnetcore-runtime-10.0'; fi
cat > "$stage/DEBIAN/control" <<CONTROL
Package: storeedge
Version: $version
Architecture: $architecture
Maintainer: StoreEdge maintainers <maintainers@storeedge.invalid>
Installed-Size: $(du -sk --exclude=DEBIAN "$stage" | cut -f1)
Depends: $needs
Recommends: libnftables1, systemd-timesyncd | time-daemon
Suggests: hostapd, dnsmasq-base, nftables, cage, chromium, bluez
Section: net
Priority: optional
Description: in-store presence agent: who comes in is noticed, kept, told and met
 StoreEdge runs on a small computer inside a store. It notices arrivals by
 Bluetooth beacons and by the guests' Wi-Fi, keeps every event, tells the
 central journey service over MQTT, and shows what fits this customer now:
 offline too, with consent, and with the customer in command.
 .
 libnftables1 is needed where this machine is the guests' gate to the Internet;
 hostapd and dnsmasq where it is their access point; cage and chromium where a
 screen hangs on it.
CONTROL
for script in postinst prerm postrm; do
  # machine.sh is no longer on the machine when the last of them runs, so each carries it.
  awk -v machine="$here/machine.sh" '/^\. \.\.\/machine\.sh/ { while ((getline line < machine) > 0) print line; next } { print }' "$here/debian/$script" > "$stage/DEBIAN/$script"
  chmod 755 "$stage/DEBIAN/$script"
done
(cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)

mkdir -p "$out"
package=$out/storeedge_${version}_$architecture.deb
SOURCE_DATE_EPOCH=$commit_time dpkg-deb --root-owner-group -Zxz --build "$stage" "$package" > /dev/null
echo "$package"
