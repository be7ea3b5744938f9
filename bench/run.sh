#!/bin/bash
# run.sh [NODES]: measures NodeManager beside kubectl on a real API server with NODES (1000) simulated nodes and prints the table.
# Needs pwsh and kubectl; KUBEBUILDER_ASSETS or what tests/real-cluster/build-kubernetes.sh provides. Give the machine nothing else to do.
# ROUNDS (5) of what is quick, SLOW_ROUNDS (1) of what takes kubectl minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${KUBEBUILDER_ASSETS:=$(bash tests/real-cluster/build-kubernetes.sh)}"
export KUBEBUILDER_ASSETS
dotnet build src/NodeManager -c Release --nologo -v quiet >&2
dotnet build bench/BenchCluster -c Release --nologo -v quiet >&2

coproc CLUSTER { exec bench/BenchCluster/bin/Release/net10.0/BenchCluster "${1:-1000}"; }
trap 'eval "exec ${CLUSTER[1]}>&-" 2>/dev/null || true; wait "$CLUSTER_PID" 2>/dev/null || true' EXIT
read -r kubeconfig <&"${CLUSTER[0]}"
pwsh -NoProfile -NonInteractive -File bench/Measure.ps1 -Kubeconfig "$kubeconfig" -Rounds "${ROUNDS:-5}" -SlowRounds "${SLOW_ROUNDS:-1}"
