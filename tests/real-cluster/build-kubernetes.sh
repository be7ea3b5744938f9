#!/bin/bash
# build-kubernetes.sh [FOLDER]: provides a real Kubernetes control plane 1.20.2 and its kubelet, and prints the folder to point
# KUBEBUILDER_ASSETS at.
#
# The programs are compiled from Debian's source package "kubernetes" with Debian's Go, etcd comes as a package: nothing but the
# distribution's own mirror is needed. The first run takes a few minutes and needs root for apt; later runs find everything in FOLDER
# (unless told, ${XDG_CACHE_HOME:-~/.cache}/nodemanager/k8s-1.20.2) and answer at once.
set -euo pipefail

version=1.20.2
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/nodemanager/k8s-$version}
programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet)
export DEBIAN_FRONTEND=noninteractive

say() { echo "build-kubernetes: $*" >&2; }
die() { say "$*"; exit 1; }
run_apt() { apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 "$@" >&2; }

complete() {
  local name
  for name in "${programs[@]}" etcd; do [ -x "$folder/bin/$name" ] || return 1; done
}

mkdir -p "$folder/bin"
exec 9>"$folder/lock"
flock 9 || die "another build holds $folder/lock"

# etcd is a package of its own, so a cache that outlived its machine lacks only that.
if [ ! -x "$folder/bin/etcd" ]; then
  if ! command -v etcd >/dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "etcd is missing, and installing it needs apt and root"
    run_apt update
    run_apt install -y --no-install-recommends etcd-server
  fi
  ln -sf "$(command -v etcd)" "$folder/bin/etcd"
fi
if complete; then echo "$folder/bin"; exit 0; fi

command -v apt-get >/dev/null || die "no apt here: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver instead"
[ "$(id -u)" = 0 ] || die "installing a compiler needs root: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver instead"
[ -e /etc/apt/sources.list.d/debian.sources ] || die "no Debian sources at /etc/apt/sources.list.d/debian.sources"

work=$folder/work
rm -rf "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/sources"
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT

say "installing the compiler"
run_apt update
run_apt install -y --no-install-recommends golang-go golang-github-modern-go-reflect2-dev xz-utils

say "fetching the source package"
# An index of sources beside the system's own configuration, which stays as it is.
sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/sources/debian.sources"
private=(-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources"
  -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
run_apt "${private[@]}" update
(cd "$work" && run_apt "${private[@]}" source --download-only kubernetes)
archive=$(find "$work" -maxdepth 1 -name "kubernetes_*${version}.orig.tar.gz" -print -quit)
[ -n "$archive" ] || die "the mirror has another Kubernetes than $version: $(cd "$work" && echo kubernetes_*)"

say "unpacking"
export GOPATH=$work/go GOCACHE=$work/go-cache GO111MODULE=off CGO_ENABLED=0 GOFLAGS=
tree=$GOPATH/src/k8s.io/kubernetes
mkdir -p "$tree"
tar -xzf "$archive" --strip-components=1 -C "$tree"
cd "$tree"
# The vendored reflect2 1.0.1 crashes when compiled by Go 1.18 or later; Debian packages the mended 1.0.2.
rm -f vendor/github.com/modern-go/reflect2/*.{go,s}
cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} vendor/github.com/modern-go/reflect2/

say "generating the OpenAPI definitions"
go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
packages=$(grep -rl --include='*.go' '^// +k8s:openapi-gen=' -- pkg vendor/k8s.io/* |
  grep -Ev 'code-generator|sample-apiserver|kube-openapi' |
  xargs -n 1 dirname | LC_ALL=C sort -u | sed 's,^,k8s.io/kubernetes/,' | paste -s -d ,)
"$work/openapi-gen" --logtostderr --input-dirs "$packages" --output-package k8s.io/kubernetes/pkg/generated/openapi \
  --output-file-base zz_generated.openapi --go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt --report-filename /dev/null >&2

stamp=""
for package in client-go/pkg/version component-base/version; do
  for prefix in k8s.io k8s.io/kubernetes/vendor/k8s.io; do
    stamp+=" -X $prefix/$package.gitVersion=v$version -X $prefix/$package.gitMajor=1 -X $prefix/$package.gitMinor=20"
  done
done
for name in "${programs[@]}"; do
  [ ! -x "$folder/bin/$name" ] || continue
  say "compiling $name"
  go build -ldflags "-s -w$stamp" -o "$work/$name" "./cmd/$name"
  mv "$work/$name" "$folder/bin/$name"
done
complete || die "the build ended without all of: ${programs[*]} etcd"
say "done"
echo "$folder/bin"
