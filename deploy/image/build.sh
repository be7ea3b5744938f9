#!/usr/bin/env bash
# build.sh [-o FILE] [-n NAME]: writes the image of the server and the autoscaler as an OCI archive, without a container engine and a registry.
#
#   bash deploy/image/build.sh -o out/nodemanager-server.tar
#   ctr --namespace k8s.io images import out/nodemanager-server.tar     # on each node; or podman load, skopeo copy oci-archive:…
#
# Requires Debian or Ubuntu (apt-get, dpkg-deb), git, the .NET SDK, and Node.js for the console. No root. The image has two layers: the C and C++
# libraries, OpenSSL, time zones and certificates of this system's packages, and the server with its own runtime. It has no shell, no package
# manager and no ICU, runs as user 1654, and writes to no file. For an image on your own base, see deploy/Containerfile.
#
# The same commit, packages and SDK give the same archive: files are sorted, and have the time of the commit (SOURCE_DATE_EPOCH).
#
#   -o FILE   the archive (out/nodemanager-server.tar)
#   -n NAME   the name of the image (localhost/nodemanager-server:VERSION)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

limit=$((75 * 1000 * 1000))
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
out=out/nodemanager-server.tar name=localhost/nodemanager-server:$version
while getopts o:n: option; do
  case $option in
    o) out=$OPTARG ;;
    n) name=$OPTARG ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2 ;;
  esac
done
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} LC_ALL=C TZ=UTC
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

case $(dpkg --print-architecture) in
  amd64) architecture=amd64 platform=linux-x64 triplet=x86_64-linux-gnu ;;
  *) echo "The image is built on amd64 only." >&2; exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The package of OpenSSL is called by its ABI.
openssl=$(apt-cache search --names-only '^libssl3(t64)?$' | sort | tail -n 1 | cut -d ' ' -f 1)
packages=(ca-certificates libc6 libgcc-s1 "${openssl:?No package of OpenSSL 3 was found. Run apt-get update.}" libstdc++6 tzdata)

root() { # of the packages, without what a program of .NET does not read
  local root=$work/root
  mkdir -p "$work/packages" "$root"/{app,etc/ssl/certs,tmp,usr/lib64,usr/lib/ssl,usr/bin,usr/sbin}
  for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
  chmod 1777 "$root/tmp"
  (cd "$work/packages" && apt-get download -q -o APT::Sandbox::User=root "${packages[@]}" >/dev/null)
  for package in "$work"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink --no-same-owner
  done
  find "$root/usr/share/doc" ! -type d ! -name copyright -delete
  rm -rf "$root"/usr/share/{man,locale,lintian,bug,gcc,gdb} "$root"/usr/share/zoneinfo/{posix,right} "$root/usr/lib/$triplet"/{gconv,audit}
  rm -rf "$root"/{etc/ca-certificates,etc/ld.so.conf.d,usr/sbin/*,usr/bin/*}
  find "$root" -depth -mindepth 2 -type d -empty ! -path "$root/etc/*" -delete
  find "$root/usr/share/ca-certificates" -name '*.crt' | sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"
  mkdir -p "$root/usr/lib/ssl"
  ln -s /etc/ssl/certs "$root/usr/lib/ssl/certs"
  ln -s /etc/ssl/certs/ca-certificates.crt "$root/usr/lib/ssl/cert.pem"
  printf 'root:x:0:0:root:/:/nologin\nnodemanager:x:1654:1654::/app:/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnodemanager:x:1654:\n' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  # Scanners of images read the versions here.
  mkdir -p "$root/var/lib/dpkg/status.d"
  for package in "$work"/packages/*.deb; do
    dpkg-deb --field "$package" >"$root/var/lib/dpkg/status.d/$(dpkg-deb --field "$package" Package)"
  done
  cp /etc/os-release "$root/etc/os-release"
}

app() {
  NODEMANAGER_CONSOLE=${NODEMANAGER_CONSOLE:-1} dotnet publish src/NodeManager.Server/NodeManager.Server.csproj --nologo --verbosity quiet \
    --configuration Release --output "$work/app/app" -p:ImagePlatform="$platform" -p:ContinuousIntegrationBuild=true \
    -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false -p:CopyOutputSymbolsToPublishDirectory=false \
    -p:IsTransformWebConfigDisabled=true >&2
  find "$work/app" \( -name '*.pdb' -o -name '*.staticwebassets.endpoints.json' -o -name createdump -o -name 'libmscordbi.so' -o -name 'libmscordaccore.so' \) -delete
  [ -f "$work/app/app/console/index.html" ] || echo "Without Node.js 20.19 or newer, the image has no web console." >&2
  find "$work/app" -type d -exec chmod 755 {} +
  find "$work/app" -type f -exec chmod 644 {} +
  chmod 755 "$work/app/app/NodeManager.Server"
}

archive() { # FOLDER: to standard output, always in the same bytes
  tar --create --directory "$1" --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner .
}

blobs=$work/oci/blobs/sha256
blob() { # FILE MEDIA-TYPE: stores it, and prints its descriptor
  local digest
  digest=$(sha256sum "$1" | cut -d ' ' -f 1)
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%d}' "$2" "$digest" "$(stat -c %s "$1")"
  mv "$1" "$blobs/$digest"
}

layer() { # FOLDER: prints the digest of its archive, then its descriptor
  archive "$1" >"$work/layer"
  sha256sum "$work/layer" | cut -d ' ' -f 1
  gzip -n -9 "$work/layer"
  blob "$work/layer.gz" application/vnd.oci.image.layer.v1.tar+gzip
}

mkdir -p "$blobs" "$work/app"
root
app
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
{ read -r root_digest; read -r root_layer || true; } < <(layer "$work/root")
{ read -r app_digest; read -r app_layer || true; } < <(layer "$work/app")
cat >"$work/config" <<X
{"architecture":"$architecture","os":"linux","created":"$created",
"config":{"User":"1654:1654","WorkingDir":"/app","Entrypoint":["/app/NodeManager.Server"],"ExposedPorts":{"8081/tcp":{},"8443/tcp":{}},
"Env":["PATH=/app","DOTNET_EnableDiagnostics=0","TZ=UTC"],
"Labels":{"org.opencontainers.image.title":"NodeManager.Server","org.opencontainers.image.version":"$version","org.opencontainers.image.revision":"$(git rev-parse HEAD)","org.opencontainers.image.licenses":"MIT"}},
"rootfs":{"type":"layers","diff_ids":["sha256:$root_digest","sha256:$app_digest"]},
"history":[{"created":"$created","created_by":"deploy/image/build.sh: packages"},{"created":"$created","created_by":"deploy/image/build.sh: server"}]}
X
config=$(blob "$work/config" application/vnd.oci.image.config.v1+json)
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s,%s]}' "$config" "$root_layer" "$app_layer" >"$work/manifest"
manifest=$(blob "$work/manifest" application/vnd.oci.image.manifest.v1+json)
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' \
  "${manifest%\}},\"annotations\":{\"io.containerd.image.name\":\"$name\",\"org.opencontainers.image.ref.name\":\"${name##*:}\"}}" >"$work/oci/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
mkdir -p "$(dirname "$out")"
archive "$work/oci" >"$out"

size=$(stat -c %s "$out")
echo "$out: $name, $((size / 1000 / 1000)) MB"
echo "$manifest" | sed 's/.*"digest":"\([^"]*\)".*/\1/'
if [ "$size" -gt "$limit" ]; then
  echo "The image is larger than $((limit / 1000 / 1000)) MB." >&2
  exit 1
fi
