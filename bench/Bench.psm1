# What both measurements share: samples by name, their medians, kubectl, the words above and the rows of a table.
$ErrorActionPreference = 'Stop'
$samples = [ordered]@{}

function Measure-Sample([string] $Name, [scriptblock] $Action) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    & $Action
    Add-Sample $Name $watch.Elapsed.TotalMilliseconds
}

function Add-Sample([string] $Name, [double] $Milliseconds) {
    if (-not $samples.Contains($Name)) { $samples[$Name] = [System.Collections.Generic.List[double]]::new() }
    $samples[$Name].Add($Milliseconds)
    Write-Host ('{0,-28} {1,10:n0} ms' -f $Name, $Milliseconds)
}

function Get-Median([string] $Name) {
    $sorted = @($samples[$Name] | Sort-Object)
    ($sorted[[math]::Floor(($sorted.Count - 1) / 2)] + $sorted[[math]::Floor($sorted.Count / 2)]) / 2
}

function Invoke-Kubectl {
    & kubectl @args
    if ($LASTEXITCODE) { throw "kubectl $($args -join ' ') ended with $LASTEXITCODE" }
}

# The words above a table: when, where, with what.
function Get-Setting([int] $Nodes) {
    $kubectl = Invoke-Kubectl version -o json | ConvertFrom-Json
    $load = if (Test-Path /proc/loadavg) { "; load of the machine at the end $((Get-Content /proc/loadavg).Split(' ')[0..2] -join ' ')" }
    "$(Get-Date -AsUTC -Format 'yyyy-MM-dd HH:mm') UTC, $([Environment]::ProcessorCount) cores, $([System.Runtime.InteropServices.RuntimeInformation]::OSDescription)$load"
    "PowerShell $($PSVersionTable.PSVersion), kubectl $($kubectl.clientVersion.gitVersion), API server $($kubectl.serverVersion.gitVersion), $Nodes nodes; medians"
}

function Get-SampleCount([string] $Name) { $samples[$Name].Count }

# policy/v1 came with 1.21.
function Get-BudgetVersion { if (Invoke-Kubectl api-versions | Where-Object { $_ -eq 'policy/v1' }) { 'policy/v1' } else { 'policy/v1beta1' } }

# Without validation: an old server's schema is not worth a request each.
function Set-Manifest([string] $Text) {
    $file = New-TemporaryFile
    try {
        $Text | Set-Content $file
        $null = Invoke-Kubectl apply --validate=false -f $file
    }
    finally { Remove-Item $file }
}
