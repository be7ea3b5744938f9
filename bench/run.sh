#!/bin/bash
# run.sh [nodes|drain|sandbox|plan|scale|footprint]: measures NodeManager beside kubectl on a real API server with simulated nodes and prints the table:
# nodes (1,000 of them, read and changed; without an argument), drains, the embedded cluster (5,000 nodes: its start, its memory, its lists), or the plan of a
# maintenance over 1,500 and 3,000 nodes, which needs pwsh alone; scale: the plan of the autoscaler, which needs nothing; footprint: the memory
# and the idle CPU time of an autoscaler, a monitor and a list with usage over 5,000 embedded nodes, which needs nothing either.
# Needs pwsh and kubectl (sandbox: curl too); KUBEBUILDER_ASSETS or what tests/real-cluster/build-kubernetes.sh provides. Give the machine nothing else to do.
# ROUNDS of what is quick (5; drains 3), SLOW_ROUNDS (1) of what takes kubectl minutes; NODES (1000; drains 40; sandbox 5000).
set -euo pipefail
case "${1:-nodes}" in
  nodes) script=Measure.ps1 nodes=1000 rounds=5 ;;
  drain) script=Measure-Drain.ps1 nodes=40 rounds=3 ;;
  sandbox) script=Measure-Sandbox.ps1 nodes=5000 rounds=5 ;;
  plan) script=Measure-FleetPlan.ps1 ;;
  scale) script=BenchPlanning ;;
  footprint) script=BenchFootprint ;;
  *) echo "run.sh [nodes|drain|sandbox|plan|scale|footprint], not '$1'" >&2; exit 2 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "$script" = BenchPlanning ]; then
  dotnet build bench/BenchPlanning -c Release --nologo -v quiet >&2
  for what in "mix 10000" "mix 20000" "nodes 10000 1000"; do bench/BenchPlanning/bin/Release/net10.0/BenchPlanning $what; done
  exit
fi
if [ "$script" = BenchFootprint ]; then
  dotnet build bench/BenchFootprint -c Release --nologo -v quiet >&2
  exec dotnet exec bench/BenchFootprint/bin/Release/net10.0/BenchFootprint.dll "${NODES:-5000}"
fi
if [ "$script" = Measure-FleetPlan.ps1 ]; then
  dotnet build src/NodeManager -c Release --nologo -v quiet >&2
  exec pwsh -NoProfile -NonInteractive -File "bench/$script" -Rounds "${ROUNDS:-3}"
fi
: "${KUBEBUILDER_ASSETS:=$(bash tests/real-cluster/build-kubernetes.sh)}"
export KUBEBUILDER_ASSETS
dotnet build src/NodeManager -c Release --nologo -v quiet >&2
dotnet build bench/BenchCluster -c Release --nologo -v quiet >&2

# Before there is a real one that takes its share of the machine.
if [ "$script" = Measure-Sandbox.ps1 ]; then
  pwsh -NoProfile -NonInteractive -File "bench/$script" -Nodes "${NODES:-$nodes}" -Rounds "${ROUNDS:-$rounds}" -SlowRounds "${SLOW_ROUNDS:-1}"
fi

coproc CLUSTER { exec bench/BenchCluster/bin/Release/net10.0/BenchCluster "${NODES:-$nodes}"; }
trap 'eval "exec ${CLUSTER[1]}>&-" 2>/dev/null || true; wait "$CLUSTER_PID" 2>/dev/null || true' EXIT
read -r kubeconfig <&"${CLUSTER[0]}"
pwsh -NoProfile -NonInteractive -File "bench/$script" -Kubeconfig "$kubeconfig" -Rounds "${ROUNDS:-$rounds}" -SlowRounds "${SLOW_ROUNDS:-1}"
