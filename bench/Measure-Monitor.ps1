#Requires -Version 7.4
<#
.SYNOPSIS
    Measures a health monitor over a large cluster: its processor time and memory while nothing changes, and what it misses while its watch is cut.
.DESCRIPTION
    The embedded cluster runs in a process of its own and is reached over HTTPS, as a real one is. First nothing but the heartbeats of its nodes changes for
    -Minutes. Then the watch is cut every 30 s while nodes fail and recover, and each of them must have been alerted and resolved once. Each fault takes
    20 s, so 24 of them are 10 minutes; the memory of that time is shown.
#>
param(
    [int] $Nodes = 5000,
    [double] $Minutes = 10,
    [int] $Faults = 8,
    [string] $Module = "$PSScriptRoot/../NodeManager.psd1"
)
$ErrorActionPreference = 'Stop'

# A fresh pwsh with the embedded cluster: tells its kubeconfig, then runs each line that it is sent.
$text = @"
`$ErrorActionPreference = 'Stop'
Import-Module '$Module'
`$session = Connect-NodeManager -Sandbox -SandboxNodes $Nodes -SandboxPort 0
[Console]::Out.WriteLine(`$session.KubeconfigPath)
while (`$null -ne (`$line = [Console]::In.ReadLine())) { [Console]::Out.WriteLine(((Invoke-Expression `$line) -join '|')) }
"@
$start = [System.Diagnostics.ProcessStartInfo]::new('pwsh')
foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $text) { $start.ArgumentList.Add($argument) }
$start.RedirectStandardInput = $start.RedirectStandardOutput = $true
$cluster = [System.Diagnostics.Process]::Start($start)

function Invoke-Cluster([string] $Line) {
    $cluster.StandardInput.WriteLine($Line)
    $cluster.StandardOutput.ReadLine()
}

function Get-Heap { [GC]::GetTotalMemory($true) / 1MB }

function Get-Processor { [System.Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime.TotalSeconds }

try {
    $kubeconfig = $cluster.StandardOutput.ReadLine()
    if (-not $kubeconfig) { throw 'The embedded cluster did not start.' }
    Import-Module $Module
    $null = Connect-NodeManager -Kubeconfig $kubeconfig
    $empty = Get-Heap
    $monitor = Start-NodeHealthMonitor -GroupBy None
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (@($monitor.Verbose) -match '^Monitoring ')) {
        if ($monitor.State -ne 'Running') { throw "The monitor ended: $(Receive-Job $monitor -ErrorAction Continue 2>&1)" }
        Start-Sleep -Milliseconds 200
    }
    $pods = [int](Invoke-Cluster '(Get-ClusterStatistic).Pods')
    "$Nodes nodes, $pods pods; known after $([int]$watch.Elapsed.TotalSeconds) s"
    # What is wrong from the beginning is told first.
    Start-Sleep 90
    $known = @(Get-NodeAlert).Count
    "$known alerts at the start"

    $cache = (Get-Heap) - $empty
    '{0:n1} MB for the caches' -f $cache
    # A collection that is asked for takes more processor time than the monitor: it does not count.
    $heap, $used, $seconds = @(Get-Heap), 0.0, 0.0
    foreach ($part in 1..5) {
        $start, $watch = (Get-Processor), [System.Diagnostics.Stopwatch]::StartNew()
        Start-Sleep ([Math]::Max(1, $Minutes * 12))
        $used += (Get-Processor) - $start
        $seconds += $watch.Elapsed.TotalSeconds
        $heap += Get-Heap
    }
    '{0:n2} % of a core over {1:n1} minutes in which nothing changed' -f (100 * $used / $seconds), ($seconds / 60)
    "heap in that time: $(($heap | ForEach-Object { '{0:n1}' -f $_ }) -join ', ') MB"

    $before = @(Get-NodeAlert).Id
    $null = Invoke-Cluster 'Set-SandboxFault WatchCut -Name cut -Period 30s'
    $hit = Get-ClusterNode -Status Ready | Where-Object Unschedulable -eq $false | Select-Object -Last ($Faults * 7) | ForEach-Object Name
    $picked = foreach ($index in 0..($Faults - 1)) { $hit[$index * 7] }
    $heap, $watch = @(Get-Heap), [System.Diagnostics.Stopwatch]::StartNew()
    foreach ($name in $picked) {
        $null = Invoke-Cluster "Set-SandboxFault NodeProblem -Node $name -Name $name"
        Start-Sleep 17
        if ($watch.Elapsed.TotalSeconds -ge 60 * $heap.Count) { $heap += Get-Heap }
    }
    Start-Sleep 60
    foreach ($name in $picked) {
        $null = Invoke-Cluster "Clear-SandboxFault $name"
        Start-Sleep 3
        if ($watch.Elapsed.TotalSeconds -ge 60 * $heap.Count) { $heap += Get-Heap }
    }
    Start-Sleep 75
    $told = Get-NodeAlert | Where-Object Id -NotIn $before
    $wrong = foreach ($name in $picked) {
        $alerts = @($told | Where-Object { $_.Nodes -contains $name })
        if ($alerts.Count -ne 1 -or $alerts[0].Status -ne 'Resolved') { "$name`: $($alerts.Count) alerts, $($alerts.Status)" }
    }
    "$($picked.Count) nodes failed and recovered while the watch was cut every 30 s; $(@($wrong).Count) missed, doubled or not resolved"
    $wrong
    $others = @($told | Where-Object { -not ($picked | Where-Object { $_ -in $told.Nodes }) -and $_.Cause -ne 'ClusterUnreachable' })
    "$($others.Count) alerts about other nodes; $(@($told | Where-Object Cause -EQ ClusterUnreachable).Count) about the cluster"
    $heap += Get-Heap
    "heap in the $([int]$watch.Elapsed.TotalMinutes) minutes of it, once a minute: $(($heap | ForEach-Object { '{0:n1}' -f $_ }) -join ', ') MB"
    Stop-Job $monitor
}
finally {
    $cluster.StandardInput.Close()
    if (-not $cluster.WaitForExit(20000)) { $cluster.Kill() }
}
