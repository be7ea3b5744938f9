#Requires -Version 7.4
<#
.SYNOPSIS
    Measures NodeManager and kubectl side by side, interleaved, on one cluster; writes the medians as a Markdown table.
.DESCRIPTION
    Run by run.sh, which starts the cluster. Every round does each thing once with either; what is slow with kubectl is done less often.
#>
param(
    [Parameter(Mandatory)] [string] $Kubeconfig,
    [string] $Module = "$PSScriptRoot/../NodeManager.psd1",
    [int] $Rounds = 5,
    [int] $SlowRounds = 1
)
$ErrorActionPreference = 'Stop'
$env:KUBECONFIG = $Kubeconfig
Import-Module "$PSScriptRoot/Bench.psm1"

# Each in a process of its own: nothing is warm.
function Measure-Fresh([string] $Name, [string] $Before, [string] $Action) {
    $text = pwsh -NoProfile -NonInteractive -Command "$Before; `$w = [System.Diagnostics.Stopwatch]::StartNew(); $Action | Out-Null; `$w.Elapsed.TotalMilliseconds"
    Add-Sample $Name ([double]$text)
}

$import = "Import-Module '$Module'"
foreach ($round in 1..$Rounds) {
    Measure-Fresh 'import' '' $import
    Measure-Fresh 'sandbox' $import 'Connect-NodeManager -Sandbox -SandboxNodes 1000'
}

Import-Module $Module
$null = Connect-NodeManager -Kubeconfig $Kubeconfig
$count = @(Get-ClusterNode).Count
foreach ($round in 1..$Rounds) {
    Measure-Sample 'get: NodeManager' { $null = Get-ClusterNode }
    Measure-Sample 'get: kubectl' { $null = Invoke-Kubectl get nodes -o json }
}

foreach ($round in 1..$Rounds) {
    Measure-Sample 'label: NodeManager' { Get-ClusterNode | Set-NodeLabel -Label @{ 'bench-label' = "n$round" } -Overwrite -Confirm:$false }
    Measure-Sample 'label: kubectl' { $null = Invoke-Kubectl label nodes --all "bench-label=k$round" --overwrite }
}

$pair = @(Get-ClusterNode | Select-Object -First 2).Name
$pair | Set-NodeLabel -Label @{ 'bench-drain' = 'true' } -Overwrite -Confirm:$false
Suspend-NodeScheduling -Name $pair[1] -Confirm:$false
Set-Manifest @"
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: bench, namespace: default}
spec:
  replicas: 10
  selector: {matchLabels: {app: bench}}
  template:
    metadata: {labels: {app: bench}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {bench-drain: 'true'}
      containers: [{name: main, image: registry.invalid/app}]
---
apiVersion: $(Get-BudgetVersion)
kind: PodDisruptionBudget
metadata: {name: bench, namespace: default}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: bench}}}
"@

function Wait-Bench {
    do {
        Start-Sleep -Milliseconds 200
        $ready = "$(Invoke-Kubectl get rs bench -o 'jsonpath={.status.readyReplicas}')"
        $allowed = "$(Invoke-Kubectl get pdb bench -o 'jsonpath={.status.disruptionsAllowed}')"
    } until ($ready -eq '10' -and $allowed -eq '1')
}

foreach ($round in 1..[math]::Max(2, $SlowRounds)) {
    Wait-Bench
    Resume-NodeScheduling -Name $pair[1] -Confirm:$false
    Measure-Sample 'drain: NodeManager' {
        $result = Invoke-NodeDrain -Name $pair[0] -Confirm:$false
        if ($result.Status -ne 'Drained') { throw "$($result.Message)" }
    }
    Wait-Bench
    Resume-NodeScheduling -Name $pair[0] -Confirm:$false
    Measure-Sample 'drain: kubectl' { $null = Invoke-Kubectl drain $pair[1] --ignore-daemonsets 2>$null }
}
Resume-NodeScheduling -Name $pair -Confirm:$false

foreach ($round in 1..[math]::Max(3, $SlowRounds)) {
    Measure-Sample 'cordon: NodeManager' { Get-ClusterNode | Suspend-NodeScheduling -Confirm:$false }
    Get-ClusterNode | Resume-NodeScheduling -Confirm:$false
    if ($round -le $SlowRounds) {
        Measure-Sample 'cordon: kubectl' { $null = Invoke-Kubectl cordon -l bench=true }
        Get-ClusterNode | Resume-NodeScheduling -Confirm:$false
    }
}

function Format-Row([string] $What, [string] $Ours, [string] $Theirs, [string] $Target) {
    $mine = Get-Median $Ours
    if ($Theirs) {
        $other = Get-Median $Theirs
        '| {0} | {1:n0} ms | {2:n0} ms | {3:n1} × | {4} | {5}/{6} |' -f $What, $mine, $other, ($other / $mine), $Target, (Get-SampleCount $Ours), (Get-SampleCount $Theirs)
    }
    else { '| {0} | {1:n0} ms | | | {2} | {3} |' -f $What, $mine, $Target, (Get-SampleCount $Ours) }
}

@"
$((Get-Setting $count) -join "`n")

| What | NodeManager | kubectl | faster | Target | Samples |
|---|--:|--:|--:|---|--:|
$(Format-Row '`Import-Module`, fresh process' 'import' '' '< 250 ms')
$(Format-Row '`Connect-NodeManager -Sandbox -SandboxNodes 1000`, fresh process' 'sandbox' '' '< 2 s')
$(Format-Row '`Get-ClusterNode`, connected; `kubectl get nodes -o json`' 'get: NodeManager' 'get: kubectl' '≥ 1 ×')
$(Format-Row 'label all nodes through the pipeline; `kubectl label nodes --all`' 'label: NodeManager' 'label: kubectl' '≥ 2 ×')
$(Format-Row 'cordon all nodes through the pipeline; `kubectl cordon -l`' 'cordon: NodeManager' 'cordon: kubectl' '≥ 50 ×')
$(Format-Row 'drain a node with 10 pods, `maxUnavailable: 1`; `kubectl drain`' 'drain: NodeManager' 'drain: kubectl' '≥ 3 ×')
"@
