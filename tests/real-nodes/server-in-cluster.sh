#!/usr/bin/env bash
# server-in-cluster.sh: the image and the manifests of the server on real kubelets. Prints what happens with its time, and ends with the first
# expectation that is not met. It takes about six minutes and leaves the server in the cluster.
#
# Needs a cluster of three nodes without other workloads, kubectl with kustomize, curl and openssl, and
#   KUBECONFIG     an administrator's
#   IMAGE          what deploy/image/build.sh has written
#   NODE_CTR       ctr of a node's containerd: 'ctr -a /run/%s/containerd.sock -n k8s.io', where %s is the name of the node
#   NODE_NETWORK   runs a command in the network of a node: 'nsenter --net=/run/netns/%s'
#   POD_IMAGE      an image on the nodes whose program runs until SIGTERM
#   API_RESTART    optional: a command that kills the API server and starts it again
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${KUBECONFIG:?}" "${IMAGE:?}" "${NODE_CTR:?}" "${NODE_NETWORK:?}" "${POD_IMAGE:?}"
work=$(mktemp -d)
watching=
trap '[ -z "$watching" ] || kill "$watching" 2>/dev/null; rm -rf "$work"' EXIT
ns=nodemanager host=nodemanager-server.nodemanager.svc nodes=() token=
api=/api/plugins/streamspace-node-manager requests=nodemaintenancerequests.nodemanager.io

say() { printf '%s  %s\n' "$(date +%H:%M:%S.%3N)" "$*"; }
fail() { say "FAILED: $*"; kubectl -n $ns get pods,leases,$requests -o wide; exit 1; }
until_true() { # SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "$what"
    sleep 0.2
  done
  say "$what"
}
# shellcheck disable=SC2059
on_node() { local node=$1; shift; $(printf "$NODE_NETWORK" "$node") "$@"; }
# shellcheck disable=SC2059
ctr_of() { local node=$1; shift; $(printf "$NODE_CTR" "$node") "$@"; }
servers() { kubectl -n $ns get pods -l app.kubernetes.io/name=nodemanager-server --field-selector status.phase=Running \
  -o jsonpath='{range .items[?(@.status.podIP)]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\n"}{end}'; }
of_server() { servers | awk -v pod="$1" -v field="$2" '$1 == pod { print $field }'; }
leader() { kubectl -n $ns get lease nodemanager-server -o jsonpath='{.spec.holderIdentity}' | sed 's/.*@\([^/]*\).*/\1/'; }
free_node() { # without a server, which the drain would evict
  local used node
  used=$(servers | cut -d ' ' -f 3)
  for node in "${nodes[@]}"; do grep -qx "$node" <<<"$used" || { echo "$node"; return; }; done
}
other_than() { servers | awk -v pod="$1" '$1 != pod { print $1; exit }'; }

# POD METHOD PATH [curl's arguments]: from the network of a node that the pod does not run on
call() {
  local pod=$1 method=$2 path=$3 ip node from
  shift 3
  read -r ip node < <(servers | awk -v pod="$pod" '$1 == pod { print $2, $3 }')
  for from in "${nodes[@]}"; do [ "$from" = "$node" ] || break; done
  on_node "$from" curl -sS --max-time 20 --cacert "$work/tls.crt" --resolve "$host:8443:$ip" -H "Authorization: Bearer $token" -X "$method" "$@" "https://$host:8443$path"
}
code() { call "$@" -o /dev/null -w '%{http_code}'; }
state() { call "$1" GET "/api/v1/operations/$2" | sed -n 's/.*"state": *"\([^"]*\)".*/\1/p'; }
state_is() { [ "$(state "$1" "$2")" = "$3" ]; }
drain() { # POD NODE: the id of the operation
  call "$1" POST "$api/nodes/$2/drain" -H 'Prefer: respond-async' -H 'Content-Type: application/json' \
    -d '{"delete_emptydir_data":true,"delete_unmanaged_pods":true,"timeout_seconds":0}' | sed -n 's/^{"id": *"\([^"]*\)".*/\1/p'
}
request() { kubectl -n $ns get $requests "$1" -o jsonpath="{.status.$2}"; }
is_blocked() { request "$1" nodes[0].blockers | grep web > /dev/null; }
is_held_by_other() { local now; now=$(request "$1" holder); [ -n "$now" ] && [ "$now" != "$2" ] && is_blocked "$1"; }
is_over() { [ -n "$(request "$1" endedAt)" ]; }
budget() { kubectl -n shop create pdb web --selector=app=web --min-available=4 >/dev/null; }
release() { kubectl -n shop delete pdb web >/dev/null; }
uncordon() { # and spread the pods again
  kubectl uncordon "${nodes[@]}" >/dev/null
  kubectl -n shop rollout restart deployment web >/dev/null
  kubectl -n shop rollout status deployment web --timeout=60s >/dev/null
}
two_ready() { [ "$(kubectl -n $ns get deployment nodemanager-server -o jsonpath='{.status.readyReplicas}/{.status.replicas}/{.status.updatedReplicas}')" = 2/2/2 ]; }

watch_servers() { # prints when each pod starts and stops to answer, and when none does
  declare -A answers
  local any=1 pod ip rest now
  while true; do
    now=0
    declare -A there=()
    while read -r pod ip rest; do
      there[$pod]=1
      if curl -s --max-time 1 --cacert "$work/tls.crt" --resolve "$host:8443:$ip" "https://$host:8443/readyz" >/dev/null; then
        now=1
        [ -n "${answers[$pod]:-}" ] || say "    $pod ($rest) answers"
        answers[$pod]=1
      elif [ -n "${answers[$pod]:-}" ]; then
        say "    $pod does not answer"
        unset "answers[$pod]"
      fi
    done < <(servers 2>/dev/null || true)
    for pod in "${!answers[@]}"; do [ -n "${there[$pod]:-}" ] || { say "    $pod is gone"; unset "answers[$pod]"; }; done
    [ $now = $any ] || say "    $([ $now = 1 ] && echo "a server answers" || echo "NO SERVER ANSWERS")"
    any=$now
    sleep 0.3
  done
}

usage() { # of each server: resident memory, and the CPU time since the start
  local pod
  for pod in $(servers | cut -d ' ' -f 1); do
    say "$1: $pod $(call "$pod" GET /metrics | awk '/^process_resident_memory_bytes/ { m = $2 } /^process_cpu_seconds_total/ { c = $2 } END { printf "%.0f MB, %.1f s of CPU", m / 1e6, c }')"
  done
}

install() {
  mapfile -t nodes < <(kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name}{"\n"}{end}')
  [ ${#nodes[@]} -ge 3 ] || fail "three nodes are needed"
  for node in "${nodes[@]}"; do ctr_of "$node" images import "$IMAGE" >/dev/null; done
  say "imported $(basename "$IMAGE") on ${#nodes[@]} nodes"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout "$work/tls.key" -out "$work/tls.crt" \
    -subj "/CN=$host" -addext "subjectAltName=DNS:$host" 2>/dev/null
  cp -r deploy "$work/deploy"
  mkdir "$work/mine"
  cp "$work"/tls.{crt,key} "$work/mine"
  cat >"$work/mine/kustomization.yaml" <<X
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../deploy
images:
- name: registry.example.com/nodemanager-server
  newName: localhost/nodemanager-server
  newTag: $(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
secretGenerator:
- name: nodemanager-server-tls
  namespace: nodemanager
  type: kubernetes.io/tls
  files: [tls.crt, tls.key]
X
  # The definition of the requests has to be served before the servers watch them.
  kubectl apply -k "$work/mine" >/dev/null
  say "applied deploy with an image and a certificate"
  kubectl -n $ns rollout status deployment nodemanager-server --timeout=120s >/dev/null
  say "two servers are ready"
  kubectl -n $ns create serviceaccount tester --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  kubectl create clusterrolebinding nodemanager-tester --clusterrole=cluster-admin --serviceaccount=$ns:tester --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  token=$(kubectl -n $ns create token tester --duration=2h)
  kubectl create namespace shop --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  kubectl apply -f - >/dev/null <<X
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      terminationGracePeriodSeconds: 2
      containers:
      - {name: web, image: "$POD_IMAGE", imagePullPolicy: IfNotPresent, args: ${POD_ARGS:-[]}}
X
  kubectl -n shop rollout status deployment web --timeout=90s >/dev/null
  until_true 60 "one server leads: Lease nodemanager-server is held" leader_answers
}
leader_answers() { local pod; pod=$(leader); [ -n "$pod" ] && [ -n "$(of_server "$pod" 2)" ]; }

https() {
  say "== the console and the API over HTTPS, from another node"
  local pod
  for pod in $(servers | cut -d ' ' -f 1); do
    [ "$(code "$pod" GET /)" = 200 ] || fail "the console of $pod"
    [ "$(code "$pod" GET "$api/nodes")" = 200 ] || fail "the API of $pod"
    say "$pod answers on node $(of_server "$pod" 3)"
  done
  [ "$(token=wrong code "$pod" GET "$api/nodes")" = 401 ] || fail "a wrong token"
  say "a wrong token gets 401"
}

killed() {
  say "== the server that drains a node is killed (SIGKILL)"
  local first second node id container
  first=$(leader) second=$(other_than "$first") node=$(free_node)
  budget
  id=$(drain "$first" "$node")
  until_true 30 "operation $id drains $node, and waits for the PDB" is_blocked "$id"
  usage "during a drain"
  container=$(kubectl -n $ns get pod "$first" -o jsonpath='{.status.containerStatuses[0].containerID}')
  local holder; holder=$(request "$id" holder)
  ctr_of "$(of_server "$first" 3)" tasks kill -s SIGKILL "${container#containerd://}"
  say "killed $first"
  state_is "$second" "$id" Running || fail "$second does not know operation $id"
  say "$second shows operation $id: Running"
  until_true 60 "another server continues operation $id" is_held_by_other "$id" "$holder"
  release
  until_true 60 "operation $id: Succeeded" state_is "$second" "$id" Succeeded
  until_true 60 "two servers are ready" two_ready
  uncordon
}

updated_in_drain() {
  say "== a rolling update while a reader follows a drain"
  local first node id reader
  first=$(leader) node=$(free_node)
  budget
  id=$(drain "$first" "$node")
  until_true 30 "operation $id drains $node, and waits for the PDB" is_blocked "$id"
  follow "$id" >"$work/followed" &
  reader=$!
  kubectl -n $ns rollout restart deployment nodemanager-server >/dev/null
  say "rollout restart"
  kubectl -n $ns rollout status deployment nodemanager-server --timeout=180s >/dev/null
  say "the update is complete"
  until_true 30 "operation $id still waits for the PDB" is_blocked "$id"
  release
  wait $reader || fail "the reader saw no end: $(tail -n 5 "$work/followed")"
  say "the reader saw the end, over $(grep -c '^-- ' "$work/followed") connections: $(grep '^data:.*"end"' "$work/followed" | tail -n 1 | cut -c 1-120)"
  uncordon
}
follow() { # as the console does: reconnects with the id of the last event
  local last=0 end=$((SECONDS + 240)) pod
  while [ $SECONDS -lt $end ]; do
    for pod in $(servers | cut -d ' ' -f 1); do
      echo "-- $pod after $last"
      call "$pod" GET "/api/v1/operations/$1/events" -N --max-time 240 -H "Last-Event-ID: $last" 2>/dev/null | tee "$work/part" || true
      grep -q '^event: end' "$work/part" && return 0
      last=$(sed -n 's/^id: //p' "$work/part" | tail -n 1)
      last=${last:-0}
    done
    sleep 0.5
  done
  return 1
}

updated_in_maintenance() {
  say "== a rolling update during a detached maintenance of all nodes, which drains the nodes of its own server"
  kubectl apply -f - >/dev/null <<X
apiVersion: nodemanager.io/v1alpha1
kind: NodeMaintenanceRequest
metadata: {name: all-nodes, namespace: $ns}
spec:
  type: Maintenance
  requestedBy: tester
  nodes: [$(printf '{name: %s},' "${nodes[@]}" | sed 's/,$//')]
  maintenance: {maxUnavailable: "1", soakSeconds: 5}
  drain: {deleteEmptyDirData: true, deleteUnmanagedPods: true}
X
  until_true 30 "the maintenance runs" begun
  kubectl -n $ns rollout restart deployment nodemanager-server >/dev/null
  say "rollout restart"
  until_true 300 "the maintenance is over" is_over all-nodes
  [ "$(request all-nodes phase)/$(request all-nodes completed)" = "Completed/${#nodes[@]}" ] || fail "it ended as $(request all-nodes phase): $(request all-nodes message)"
  say "Completed, ${#nodes[@]} of ${#nodes[@]} nodes, by $(request all-nodes holder)"
  until_true 120 "two servers are ready" two_ready
  kubectl get nodes -o jsonpath='{.items[*].spec.unschedulable}' | grep true > /dev/null && fail "a node stays cordoned"
  kubectl -n $ns delete $requests all-nodes >/dev/null
}
begun() { [ "$(request all-nodes phase)" = Running ]; }

own_node() {
  say "== a detached drain of the node that its own server runs on"
  local first node
  first=$(leader) node=$(of_server "$first" 3)
  kubectl apply -f - >/dev/null <<X
apiVersion: nodemanager.io/v1alpha1
kind: NodeMaintenanceRequest
metadata: {name: own-node, namespace: $ns}
spec: {type: Drain, requestedBy: tester, nodes: [{name: $node}], drain: {deleteEmptyDirData: true, deleteUnmanagedPods: true}}
X
  say "requested: $first drains $node"
  until_true 180 "the drain is over" is_over own-node
  [ "$(request own-node phase)" = Completed ] || fail "it ended as $(request own-node phase): $(request own-node message)"
  say "Completed by $(request own-node holder)"
  until_true 120 "two servers are ready" two_ready
  kubectl -n $ns delete $requests own-node >/dev/null
  uncordon
}

api_restarted() {
  [ -n "${API_RESTART:-}" ] || return 0
  say "== the API server is restarted during a drain"
  local first node id
  first=$(leader) node=$(free_node)
  budget
  id=$(drain "$first" "$node")
  until_true 30 "operation $id drains $node, and waits for the PDB" is_blocked "$id"
  bash -c "$API_RESTART"
  until_true 120 "the API server answers again" kubectl get --raw /readyz
  release
  until_true 120 "operation $id: Succeeded" state_is "$first" "$id" Succeeded
  until_true 60 "two servers are ready" two_ready
  say "restarts of the servers: $(kubectl -n $ns get pods -l app.kubernetes.io/name=nodemanager-server -o jsonpath='{.items[*].status.containerStatuses[0].restartCount}')"
  uncordon
}

autoscalers() {
  say "== two autoscalers, of which one acts"
  local first container
  mkdir -p "$work/autoscaler"
  sed -n '/^apiVersion/,/newTag/p' "$work/mine/kustomization.yaml" | sed 's:- ../deploy:- ../deploy/autoscaler:' >"$work/autoscaler/kustomization.yaml"
  kubectl apply -k "$work/autoscaler" >/dev/null
  kubectl -n kubenodesmith rollout status deployment nodemanager-autoscaler --timeout=120s >/dev/null
  until_true 30 "two are ready, and one acts" one_acts
  first=$(acting)
  container=$(kubectl -n kubenodesmith get pod "$first" -o jsonpath='{.status.containerStatuses[0].containerID}')
  ctr_of "$(kubectl -n kubenodesmith get pod "$first" -o jsonpath='{.spec.nodeName}')" tasks kill -s SIGKILL "${container#containerd://}"
  say "killed $first"
  until_true 60 "one acts again" one_acts
  say "$(acting) acts"
  kubectl delete -k "$work/autoscaler" --wait=false >/dev/null
}
acting() { # the pods whose metrics report that they lead
  kubectl -n kubenodesmith get pods -l app.kubernetes.io/name=nodemanager-autoscaler -o jsonpath='{range .items[*]}{.metadata.name} {.status.podIP}{"\n"}{end}' |
    while read -r pod ip; do
      ! on_node "${nodes[0]}" curl -s --max-time 2 "http://$ip:8081/metrics" </dev/null | grep '^nodemanager_autoscaler_leader 1' > /dev/null || echo "$pod"
    done
}
one_acts() { [ "$(acting | wc -l)" = 1 ]; }

install
watch_servers &
watching=$!
https
usage "at rest"
for scenario in ${SCENARIOS:-killed updated_in_drain updated_in_maintenance own_node api_restarted autoscalers}; do $scenario; done
usage "at the end"
say "all expectations are met"
