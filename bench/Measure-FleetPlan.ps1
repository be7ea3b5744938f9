#Requires -Version 7.4
<#
.SYNOPSIS
    Measures how long the plan of a maintenance over all nodes of the embedded cluster takes, and writes a Markdown table.
.DESCRIPTION
    Run by run.sh. Each size and limit is planned in a fresh pwsh: the cluster has ten pods a node, and
    "Get-ClusterNode | Invoke-NodeMaintenance -WhatIf" lists all batches with the plan of each drain.
#>
param(
    [int[]] $Nodes = @(1500, 3000),
    [string[]] $MaxUnavailable = @('1', '10', '5%'),
    [string] $Module = "$PSScriptRoot/../NodeManager.psd1",
    [int] $Rounds = 3
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Bench.psm1"
$targets = @{ 1500 = 5; 3000 = 12 }

$script = @'
param($Module, $Nodes, $Limit)
Import-Module $Module
$null = Connect-NodeManager -Sandbox -SandboxNodes $Nodes
$fleet = @(Get-ClusterNode)
$watch = [System.Diagnostics.Stopwatch]::StartNew()
$plan = @($fleet | Invoke-NodeMaintenance -MaxUnavailable $Limit -WhatIf -WarningAction Ignore)
$peak = [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB
"$($watch.Elapsed.TotalMilliseconds)|$(($plan.Batch | Sort-Object -Unique).Count)|$peak"
'@
$file = Join-Path ([System.IO.Path]::GetTempPath()) "fleet-plan-$([guid]::NewGuid()).ps1"
$script | Set-Content $file
try {
    $rows = foreach ($count in $Nodes) {
        foreach ($limit in $MaxUnavailable) {
            $name = "$count nodes, $limit"
            foreach ($round in 1..$Rounds) {
                $milliseconds, $batches, $peak = (pwsh -NoProfile -NonInteractive -File $file $Module $count $limit)[-1] -split '\|'
                Add-Sample $name $milliseconds
            }
            $target = if ($targets[$count]) { "< $($targets[$count]) s" } else { '' }
            '| {0:n0} nodes, `-MaxUnavailable {1}` | {2:n0} | {3:n1} s | {4:n0} MB | {5} |' -f $count, $limit, [int]$batches, ((Get-Median $name) / 1000), [double]$peak, $target
        }
    }
}
finally { Remove-Item $file }
$load = if (Test-Path /proc/loadavg) { "; load of the machine at the end $((Get-Content /proc/loadavg).Split(' ')[0..2] -join ' ')" }
"$(Get-Date -AsUTC -Format 'yyyy-MM-dd HH:mm') UTC, $([Environment]::ProcessorCount) cores$load, PowerShell $($PSVersionTable.PSVersion); medians of $Rounds"
''
'| Plan of all nodes | Batches | Time | Peak memory of `pwsh`, cluster included | Target |'
'|---|--:|--:|--:|---|'
$rows
