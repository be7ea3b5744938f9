#!/usr/bin/env bash
# kubelets.sh: real kubelets with real pods on this machine, for a control plane on loopback. FOLDER holds their state; use a short path.
#
#   install                     installs Debian's packages that it needs
#   missing                     prints what this machine lacks; nothing if it can run them
#   up FOLDER PORT NODE...      starts a kubelet for each NODE, whose kubeconfig is FOLDER/NODE.kubeconfig
#   stop|start|restart|pause|continue FOLDER NODE    does that to a kubelet; its containers continue
#   down FOLDER                 ends and removes everything
#
# Each node has a network namespace with a containerd of its own; the host reaches the pods. PORT is that of the API server: the nodes reach it
# through a relay on the bridge, so their kubeconfigs have the server https://10.77.0.1:PORT.
# Needs root, cgroup v1, the kubelet in KUBEBUILDER_ASSETS (tried with 1.20.2), and Debian's containerd 1.6 and the programs that "missing" names.
set -euo pipefail

# Also that of sandboxes, which run its entrypoint. Pods have commands of their own.
image=example.local/shell:1
bridge=nmk0
# Leads to the folder of the nodes that run.
current=/run/nmk-current

missing() {
  [ "$(uname -s)" = Linux ] || { echo "Linux"; return; }
  [ "$(id -u)" = 0 ] || echo "root"
  [ -d /sys/fs/cgroup/cpuset ] || echo "cgroup v1"
  [ -x "${KUBEBUILDER_ASSETS:-}/kubelet" ] || echo "kubelet in KUBEBUILDER_ASSETS"
  local program
  for program in busybox conntrack containerd ctr ip iptables mount nsenter runc socat; do command -v $program >/dev/null || echo "$program"; done
  [ -x /usr/lib/cni/bridge ] || echo "containernetworking-plugins"
}

install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  [ -n "$(missing)" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o Acquire::Retries=3 update >&2
  apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends busybox-static conntrack containerd containernetworking-plugins iproute2 \
    iptables runc socat >&2
}

alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }
launch() { local name=$1; shift; setsid nohup "$@" </dev/null >>"$name.log" 2>&1 & echo $! >"$name.pid"; } # NAME COMMAND...
groups() { find /sys/fs/cgroup -mindepth 2 -maxdepth 2 -type d -name "nmk-$1"; }
wait_for() { local i; for i in $(seq 300); do ! "$@" >/dev/null 2>&1 || return 0; sleep 0.1; done; echo "timed out waiting for: $*" >&2; return 1; }

# The image, of busybox, as docker save writes it. $1: the file
make_image() {
  local work
  work=$(mktemp -d)
  mkdir -p "$work/layer/bin" "$work/layer/tmp" "$work/image"
  cp "$(command -v busybox)" "$work/layer/bin/busybox"
  busybox --list | grep -vx busybox | while read -r applet; do ln -s busybox "$work/layer/bin/$applet"; done
  tar -C "$work/layer" -cf "$work/image/layer.tar" .
  printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/bin/sleep","2147483647"],"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(dpkg --print-architecture)" "$(sha256sum "$work/image/layer.tar" | cut -d ' ' -f 1)" >"$work/image/config.json"
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$image" >"$work/image/manifest.json"
  tar -C "$work/image" -cf "$1" .
  rm -r "$work"
}

connect() { # the network of node number $1 among $2
  local other
  ip netns add "nmk-$1"
  ip link add "nmk-$1" type veth peer name eth0 netns "nmk-$1"
  ip link set "nmk-$1" master $bridge up
  ip -n "nmk-$1" addr add "10.77.0.1$1/24" dev eth0
  ip -n "nmk-$1" link set lo up
  ip -n "nmk-$1" link set eth0 up
  ip -n "nmk-$1" route add default via 10.77.0.1
  nsenter --net="/run/netns/nmk-$1" sysctl -qw net.ipv4.ip_forward=1
  for other in $(seq "$2"); do
    [ "$other" = "$1" ] || ip -n "nmk-$1" route add "10.244.$other.0/24" via "10.77.0.1$other"
  done
  ip route replace "10.244.$1.0/24" via "10.77.0.1$1"
}

configure() { # node $1, number $2
  mkdir -p "$folder/$1"/{cni,manifests}
  cat >"$folder/$1/cni/10-bridge.conflist" <<END
{"cniVersion": "1.0.0", "name": "nmk", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true,
 "ipam": {"type": "host-local", "dataDir": "$folder/$1/addresses", "ranges": [[{"subnet": "10.244.$2.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
END
  cat >"$folder/$1/containerd.toml" <<END
version = 2
root = "$folder/$1/images"
state = "$folder/$1/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$folder/$1/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$image"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/$1/cni"
END
  cat >"$folder/$1/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $folder/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /nmk-$2
failSwapOn: false
oomScoreAdj: 0
# A new node is NotReady until the second status.
nodeStatusUpdateFrequency: 2s
staticPodPath: $folder/$1/manifests
volumePluginDir: $folder/$1/volumes
readOnlyPort: 0
resolvConf: ""
makeIPTablesUtilChains: false
imageGCHighThresholdPercent: 99
imageGCLowThresholdPercent: 98
evictionHard: {memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%"}
enforceNodeAllocatable: [pods]
END
  local group file
  for group in /sys/fs/cgroup/*/; do case $group in */unified/) ;; *) mkdir -p "${group}nmk-$2" ;; esac; done
  # A new group of this controller has none of either, and starts no process.
  for file in cpus mems; do cat "/sys/fs/cgroup/cpuset/cpuset.$file" >"/sys/fs/cgroup/cpuset/nmk-$2/cpuset.$file"; done
}

start_kubelet() { # node $1
  local number
  number=$(cat "$folder/$1/number")
  # It would look for credentials of a cloud for six seconds.
  alive "$folder/$1/kubelet.pid" || AWS_EC2_METADATA_DISABLED=true launch "$folder/$1/kubelet" \
    nsenter --net="/run/netns/nmk-$number" "$KUBEBUILDER_ASSETS/kubelet" --config "$folder/$1/kubelet.yaml" \
    --kubeconfig "$folder/$1.kubeconfig" --root-dir "$folder/$1/kubelet" --cert-dir "$folder/$1/pki" --container-runtime remote \
    --container-runtime-endpoint "unix://$folder/$1/containerd.sock" --hostname-override "$1" --node-ip "10.77.0.1$number" \
    --node-labels "topology.kubernetes.io/zone=zone-$number"
}

stop_kubelet() { # node $1
  alive "$folder/$1/kubelet.pid" || return 0
  local process
  process=$(cat "$folder/$1/kubelet.pid")
  kill "$process"
  wait_for bash -c "! kill -0 $process"
}

signal_kubelet() { kill "-$2" "$(cat "$folder/$1/kubelet.pid")"; }

up() {
  local port=$1 number=0 node
  shift
  # What a killed run left behind: there is one bridge, and so one set of nodes.
  if ip link show $bridge >/dev/null 2>&1; then (folder=$(readlink -f $current) && down); fi
  ln -sfn "$folder" $current
  # A kubelet changes these.
  sysctl vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops net.ipv4.ip_forward >"$folder/sysctl"
  make_image "$folder/image.tar"
  ip link add $bridge type bridge
  ip addr add 10.77.0.1/24 dev $bridge
  ip link set $bridge up
  launch "$folder/relay" socat "TCP-LISTEN:$port,bind=10.77.0.1,fork,reuseaddr" "TCP:127.0.0.1:$port"
  for node in "$@"; do
    number=$((number + 1))
    mkdir -p "$folder/$node"
    echo $number >"$folder/$node/number"
    connect $number $#
    configure "$node" $number
    launch "$folder/$node/containerd" nsenter --net="/run/netns/nmk-$number" containerd -c "$folder/$node/containerd.toml"
  done
  for node in "$@"; do
    wait_for ctr -a "$folder/$node/containerd.sock" version
    ctr -a "$folder/$node/containerd.sock" -n k8s.io images import "$folder/image.tar" >/dev/null
    start_kubelet "$node"
  done
}

down() {
  local file node number process group mount i
  for file in "$folder"/*/number; do
    [ -e "$file" ] || continue
    node=$(dirname "$file") number=$(cat "$file")
    for process in kubelet containerd; do ! alive "$node/$process.pid" || kill -9 "$(cat "$node/$process.pid")"; done
    pgrep -f "containerd-shim-runc-v2.*-address $node/" | xargs -r kill -9 || true
    for group in $(groups "$number"); do
      for i in $(seq 20); do
        [ -n "$(find "$group" -name cgroup.procs -exec cat {} +)" ] || break
        find "$group" -name cgroup.procs -exec cat {} + | sort -u | xargs -r kill -9 2>/dev/null || true
        sleep 0.1
      done
    done
    awk -v folder="$node/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n 1 umount -l
    for group in $(groups "$number"); do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true; done
    for mount in $(ip netns list | awk '$1 ~ /^cni-/ { print $1 }'); do
      # Only those of its pods: their other ends are in the node's namespace, which goes.
      ! nsenter --net="/run/netns/$mount" ip -4 addr show eth0 2>/dev/null | grep "10\.244\.$number\." > /dev/null || ip netns del "$mount"
    done
    # Removed with the namespace too, but later: the next run adds it again.
    ip link del "nmk-$number" 2>/dev/null || true
    ip netns del "nmk-$number" 2>/dev/null || true
  done
  ! alive "$folder/relay.pid" || kill "$(cat "$folder/relay.pid")"
  ip link del $bridge 2>/dev/null || true
  [ ! -s "$folder/sysctl" ] || sysctl -q -p "$folder/sysctl" >/dev/null
  rm -rf "$folder" $current
}

command=${1:-}
[ "$command" = missing ] || [ "$command" = install ] || folder=$(realpath -m "${2:?the folder of the state}")
case $command in
  install) install ;;
  missing) missing ;;
  up) up "${@:3}" ;;
  start) start_kubelet "$3" ;;
  stop) stop_kubelet "$3" ;;
  restart) stop_kubelet "$3"; start_kubelet "$3" ;;
  pause) signal_kubelet "$3" STOP ;;
  continue) signal_kubelet "$3" CONT ;;
  down) down ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
