#!/usr/bin/env bash
# nightly.sh: everything that is tested on real kubelets: the Pester suites, the courses of pods compared with the embedded cluster, and, where
# IMAGE is set, server-in-cluster.sh. It takes 25 minutes, runs all parts, and fails if one did.
#
# Needs a cluster without other workloads and the variables that tests/README.md lists under "Real nodes".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${NODEMANAGER_REAL_KUBECONFIG:?}"
export NODEMANAGER_REAL_NIGHTLY=1
failed=()

part() { # NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  printf '== %s\n' "$name"
  "$@" || failed+=("$name")
  printf '== %s: %s s\n' "$name" $((SECONDS - start))
}

for suite in RealNodes RealNodesNightly; do
  part "$suite" pwsh -NoProfile -NonInteractive -Command "Invoke-Pester tests/Pester/$suite.Tests.ps1 -Output Detailed -CI"
done
part courses dotnet test tests/Conformance --filter FullyQualifiedName~A_real_kubelet_shows --logger 'console;verbosity=detailed'
[ -z "${IMAGE:-}" ] || part server tests/real-nodes/server-in-cluster.sh
[ ${#failed[@]} -eq 0 ] || { printf 'FAILED: %s\n' "${failed[@]}"; exit 1; }
