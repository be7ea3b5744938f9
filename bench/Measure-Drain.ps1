#Requires -Version 7.4
<#
.SYNOPSIS
    Drains with NodeManager and with kubectl in turn, on one cluster, and writes the medians as a Markdown table.
.DESCRIPTION
    Run by run.sh, which starts the cluster; it has 40 nodes. Each drain begins with the same pods on the same nodes, made anew.
    The floor of the drain under a budget of one is what an ideal client needs: it evicts a pod and asks for the budget every 10 ms.
#>
param(
    [Parameter(Mandatory)] [string] $Kubeconfig,
    [string] $Module = "$PSScriptRoot/../NodeManager.psd1",
    [int] $Rounds = 3,
    [int] $SlowRounds = 1
)
$ErrorActionPreference = 'Stop'
$env:KUBECONFIG = $Kubeconfig
Import-Module "$PSScriptRoot/Bench.psm1"
Import-Module $Module
$null = Connect-NodeManager -Kubeconfig $Kubeconfig
$nodes = @(Get-ClusterNode | Sort-Object Name).Name
$budgetVersion = Get-BudgetVersion

# So many ready pods on exactly these nodes, spread evenly; those beside them join the pool once the pods run.
function Initialize-Case([string[]] $On, [string[]] $Beside, [int] $Pods, [string] $Budget) {
    Clear-Case
    $nodes | Remove-NodeLabel -Key bench-pool -Confirm:$false
    $nodes | Resume-NodeScheduling -Confirm:$false
    $On | Set-NodeLabel -Label @{ 'bench-pool' = 'drain' } -Confirm:$false
    $rule = if ($Budget) { @"
---
apiVersion: $budgetVersion
kind: PodDisruptionBudget
metadata: {name: bench, namespace: default}
spec: {maxUnavailable: $Budget, selector: {matchLabels: {app: bench}}}
"@ }
    Set-Manifest @"
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: bench, namespace: default}
spec:
  replicas: $Pods
  selector: {matchLabels: {app: bench}}
  template:
    metadata: {labels: {app: bench}, annotations: {fake-kubelet/start-delay: '1'}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {bench-pool: drain}
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: bench}}}
      containers: [{name: main, image: registry.invalid/app}]
$rule
"@
    Wait-Case { "$(Invoke-Kubectl get rs bench -o 'jsonpath={.status.readyReplicas}')" -eq "$Pods" }
    if ($Beside) { $Beside | Set-NodeLabel -Label @{ 'bench-pool' = 'drain' } -Confirm:$false }
    if ($Budget) { Wait-Case { "$(Invoke-Kubectl get pdb bench -o 'jsonpath={.status.disruptionsAllowed}')" -gt 0 } }
}

# How many of them a drain of these nodes removes.
function Get-PodCount([string[]] $On) {
    @(Get-NodePod -Node $On -Namespace default).Count
}

function Clear-Case {
    $null = Invoke-Kubectl delete 'rs,pdb' bench --ignore-not-found --cascade=foreground
    Wait-Case { -not (Invoke-Kubectl get pods -l app=bench -o name) -and -not (Invoke-Kubectl get 'rs,pdb' bench --ignore-not-found -o name) }
}

function Wait-Case([scriptblock] $Holds) {
    $deadline = [datetime]::UtcNow.AddMinutes(5)
    while (-not (& $Holds)) {
        if ([datetime]::UtcNow -gt $deadline) { throw "Not so within five minutes: $Holds" }
        Start-Sleep -Milliseconds 200
    }
}

# What flow control and budgets refused so far.
function Get-Refusal {
    $lines = Invoke-Kubectl get --raw /metrics
    $sum = { param($pattern) ($lines -match $pattern | ForEach-Object { [double]($_ -split ' ')[-1] } | Measure-Object -Sum).Sum }
    [pscustomobject]@{
        FlowControl = & $sum '^apiserver_flowcontrol_rejected_requests_total'
        Evictions   = & $sum '^apiserver_request_total\{.*code="429".*subresource="eviction"'
    }
}

function Measure-Drain([string] $Name, [string[]] $On, [scriptblock] $Action) {
    $pods = Get-PodCount $On
    $before = Get-Refusal
    Measure-Sample $Name $Action
    $after = Get-Refusal
    Write-Host ('{0,-28} {1,10:n0} pods; {2:n0} evictions refused for a budget, {3:n0} requests by flow control' -f '', $pods, ($after.Evictions - $before.Evictions), ($after.FlowControl - $before.FlowControl))
}

function Invoke-OurDrain([string[]] $Name) {
    Invoke-NodeDrain -Name $Name -Confirm:$false -WarningAction Ignore | ForEach-Object {
        if ($_.Status -ne 'Drained') { throw "$($_.Message)" }
    }
}

# An ideal client under a budget that allows one at a time.
function Invoke-IdealDrain([string] $Node) {
    $port = 20000 + $PID % 10000
    $proxy = Start-Process kubectl -ArgumentList 'proxy', "--port=$port" -PassThru -RedirectStandardOutput ([System.IO.Path]::GetTempFileName())
    $http = [System.Net.Http.HttpClient]::new()
    $root = "http://127.0.0.1:$port"
    try {
        Wait-Case { try { $http.GetStringAsync("$root/version").Wait(500) } catch { $false } }
        $pods = (Invoke-Kubectl get pods -l app=bench --field-selector "spec.nodeName=$Node" -o name) -replace '^pod/'
        $null = Invoke-Kubectl cordon $Node
        Measure-Sample 'budget 1: floor' {
            foreach ($pod in $pods) {
                $body = "{`"apiVersion`":`"$($budgetVersion)`",`"kind`":`"Eviction`",`"metadata`":{`"name`":`"$pod`",`"namespace`":`"default`"}}"
                do {
                    $content = [System.Net.Http.StringContent]::new($body, [System.Text.Encoding]::UTF8, 'application/json')
                    $answer = $http.PostAsync("$root/api/v1/namespaces/default/pods/$pod/eviction", $content).Result
                    if (-not $answer.IsSuccessStatusCode) { [System.Threading.Thread]::Sleep(10) }
                } until ($answer.IsSuccessStatusCode)
                do {
                    [System.Threading.Thread]::Sleep(10)
                    $budget = $http.GetStringAsync("$root/apis/$budgetVersion/namespaces/default/poddisruptionbudgets/bench").Result | ConvertFrom-Json
                } until ($budget.status.disruptionsAllowed -gt 0 -or $pod -eq $pods[-1])
            }
            do { [System.Threading.Thread]::Sleep(10); $left = ($http.GetStringAsync("$root/api/v1/namespaces/default/pods?fieldSelector=spec.nodeName%3D$Node").Result | ConvertFrom-Json).items.Count } while ($left)
        }
    }
    finally {
        $http.Dispose()
        Stop-Process $proxy
    }
}

foreach ($round in 1..$Rounds) {
    Initialize-Case -On $nodes[0] -Beside $nodes[1] -Pods 10 -Budget 1
    Measure-Drain 'budget 1: NodeManager' $nodes[0] { Invoke-OurDrain $nodes[0] }
    Initialize-Case -On $nodes[0] -Beside $nodes[1] -Pods 10 -Budget 1
    Invoke-IdealDrain $nodes[0]
    if ($round -le $SlowRounds) {
        Initialize-Case -On $nodes[0] -Beside $nodes[1] -Pods 10 -Budget 1
        Measure-Drain 'budget 1: kubectl' $nodes[0] { $null = Invoke-Kubectl drain $nodes[0] --ignore-daemonsets 2>$null }
    }
}

foreach ($round in 1..$Rounds) {
    Initialize-Case -On $nodes[0..19] -Pods 200 -Budget '5%'
    Measure-Drain 'budget 5%: NodeManager' $nodes[0..4] { Invoke-OurDrain $nodes[0..4] }
    if ($round -le $SlowRounds) {
        Initialize-Case -On $nodes[0..19] -Pods 200 -Budget '5%'
        Measure-Drain 'budget 5%: kubectl' $nodes[0..4] { $null = Invoke-Kubectl drain @($nodes[0..4]) --ignore-daemonsets 2>$null }
    }
}

foreach ($round in 1..$Rounds) {
    Initialize-Case -On $nodes[0..9] -Beside $nodes[10..39] -Pods 1000
    Measure-Drain 'no budget: NodeManager' $nodes[0..9] { Invoke-OurDrain $nodes[0..9] }
    if ($round -le $SlowRounds) {
        Initialize-Case -On $nodes[0..9] -Beside $nodes[10..39] -Pods 1000
        Measure-Drain 'no budget: kubectl' $nodes[0..9] { $null = Invoke-Kubectl drain @($nodes[0..9]) --ignore-daemonsets 2>$null }
    }
}
Clear-Case

function Format-Row([string] $What, [string] $Case, [string] $Target) {
    $ours, $theirs = (Get-Median "${Case}: NodeManager"), (Get-Median "${Case}: kubectl")
    $samples = "$(Get-SampleCount "${Case}: NodeManager")/$(Get-SampleCount "${Case}: kubectl")"
    '| {0} | {1:n1} s | {2:n1} s | {3:n2} | {4} | {5} |' -f $What, ($ours / 1000), ($theirs / 1000), ($ours / $theirs), $Target, $samples
}

$floor = Get-Median 'budget 1: floor'
@"
$((Get-Setting $nodes.Count) -join "`n")

| What | NodeManager | kubectl | ours / theirs | Target | Samples |
|---|--:|--:|--:|---|--:|
$(Format-Row 'one node, 10 pods, `maxUnavailable: 1`' 'budget 1' '≤ 0.33')
$(Format-Row 'five nodes, 50 pods, `maxUnavailable: 5%` of 200' 'budget 5%' '≤ 0.3')
$(Format-Row 'ten nodes, 1,000 pods, no budget' 'no budget' '≤ 0.1')

An ideal client needs $(($floor / 1000).ToString('n1')) s for the first: NodeManager takes $(((Get-Median 'budget 1: NodeManager') / $floor).ToString('n2')) times that (target: 1.3).
"@
