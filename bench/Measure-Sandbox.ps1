#Requires -Version 7.4
<#
.SYNOPSIS
    Measures the embedded cluster: how long a large one takes to start and how much memory, and how fast it lists, beside a real API server.
.DESCRIPTION
    Run by run.sh, twice: without a kubeconfig it measures a seeded cluster, which has ten pods a node. With that of a real API server it
    measures a copy of that cluster, served over HTTPS from a process of its own, beside it: both have the same nodes, requests alternate.
    Requests are curl's, each over a connection of its own; not under its name, for which a real API server indents its answers.
#>
param(
    [string] $Kubeconfig,
    [int] $Nodes = 5000,
    [string] $Module = "$PSScriptRoot/../NodeManager.psd1",
    [int] $Rounds = 5,
    [int] $SlowRounds = 1
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Bench.psm1"
$folder = (New-Item -ItemType Directory (Join-Path ([System.IO.Path]::GetTempPath()) "bench-$([guid]::NewGuid())")).FullName

# An embedded cluster in a fresh pwsh: tells its kubeconfig and how long it took, and for each line that it is sent how large it is.
function Start-Sandbox([string] $Make) {
    $text = @"
`$ErrorActionPreference = 'Stop'
Import-Module '$Module'
$Make
[Console]::Out.WriteLine("`$(`$session.KubeconfigPath)|`$(`$watch.Elapsed.TotalMilliseconds)")
while (`$null -ne [Console]::In.ReadLine()) {
    `$process = [System.Diagnostics.Process]::GetCurrentProcess()
    [Console]::Out.WriteLine("`$(`$process.WorkingSet64)|`$(`$process.PeakWorkingSet64)")
}
"@
    $start = [System.Diagnostics.ProcessStartInfo]::new('pwsh')
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $text) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $line = $process.StandardOutput.ReadLine()
    if (-not $line) { throw 'The embedded cluster did not start.' }
    $path, $milliseconds = $line -split '\|'
    @{ Process = $process; Kubeconfig = $path; Milliseconds = [double]$milliseconds }
}

function Get-Memory($Sandbox) {
    $Sandbox.Process.StandardInput.WriteLine()
    [long[]]($Sandbox.Process.StandardOutput.ReadLine() -split '\|')
}

function Stop-Sandbox($Sandbox) {
    $Sandbox.Process.StandardInput.Close()
    $Sandbox.Process.WaitForExit()
}

# What curl needs to know of a kubeconfig.
function Get-Client([string] $Name, [string] $Path) {
    $config = Invoke-Kubectl --kubeconfig $Path config view --raw -o json | ConvertFrom-Json
    $cluster, $user = $config.clusters[0].cluster, $config.users[0].user
    $arguments = [System.Collections.Generic.List[string]]::new()
    foreach ($part in @(@('cacert', $cluster.'certificate-authority-data'), @('cert', $user.'client-certificate-data'), @('key', $user.'client-key-data'))) {
        if (-not $part[1]) { continue }
        $file = Join-Path $folder "$Name.$($part[0])"
        [System.IO.File]::WriteAllBytes($file, [Convert]::FromBase64String($part[1]))
        $arguments.AddRange([string[]]("--$($part[0])", $file))
    }
    if ($user.token) { $arguments.AddRange([string[]]('-H', "Authorization: Bearer $($user.token)")) }
    @{ Name = $Name; Server = $cluster.server; Arguments = $arguments; Kubeconfig = $Path }
}

$gzip = @('-H', 'Accept-Encoding: gzip')
$table = @('-H', 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json')
$lists = [ordered]@{
    'JSON'                = @{ Form = @() }
    'JSON, gzip'          = @{ Form = $gzip }
    'JSON, pages of 500'  = @{ Form = @(); IsPaged = $true }
    'table'               = @{ Form = $table }
    'table, gzip'         = @{ Form = $table + $gzip }
    'table, pages of 500' = @{ Form = $table; IsPaged = $true }
}
$bytes = @{}

# One list, in one answer or in pages: the time of its requests, and their bytes.
function Measure-List([string] $Name, $Client, [string] $Path, $List, [switch] $IsWarmUp) {
    $file, $next, $milliseconds, $sum = (Join-Path $folder 'body'), '', 0.0, 0
    do {
        $query = if ($List.IsPaged) { "?limit=500$(if ($next) { "&continue=$next" })" }
        $told = & curl --silent --show-error --fail --user-agent bench --output $file --write-out '%{time_total} %{size_download}' @($Client.Arguments) @($List.Form) "$($Client.Server)$Path$query"
        if ($LASTEXITCODE) { throw "curl $Path ended with $LASTEXITCODE" }
        $milliseconds += [double](-split $told)[0] * 1000
        $sum += [long](-split $told)[1]
        $next = if ($List.IsPaged -and (Read-Start $file) -match '"continue":"([^"]+)"') { $Matches[1] }
    } while ($next)
    if ($IsWarmUp) { return }
    Add-Sample $Name $milliseconds
    $bytes[$Name] = $sum
}

function Read-Start([string] $File) {
    $reader, $start = [System.IO.StreamReader]::new($File), [char[]]::new(4096)
    $length = $reader.ReadBlock($start, 0, $start.Length)
    $reader.Dispose()
    [string]::new($start, 0, $length)
}

function Format-Pair([string] $What, [string] $Name) {
    $mine, $other = (Get-Median "$Name ours"), (Get-Median "$Name theirs")
    $size = if ($bytes["$Name ours"]) { '{0:n1} / {1:n1} MB' -f ($bytes["$Name ours"] / 1e6), ($bytes["$Name theirs"] / 1e6) }
    '| {0} | {1:n0} ms | {2:n0} ms | {3:n1} × | {4} | {5} |' -f $What, $mine, $other, ($other / $mine), $size, (Get-SampleCount "$Name ours")
}

# Beside the real API server, both warm.
function Measure-Pair {
    $env:KUBECONFIG = $Kubeconfig
    $count = @(Invoke-Kubectl get nodes -o name).Count
    $script:sandbox = Start-Sandbox @"
`$null = Connect-NodeManager -Kubeconfig '$Kubeconfig'
`$watch = [System.Diagnostics.Stopwatch]::StartNew()
`$session = New-Sandbox -From (Get-NodeManagerSession)[0] -SandboxPort 0
"@
    $pair = (Get-Client 'ours' $sandbox.Kubeconfig), (Get-Client 'theirs' $Kubeconfig)
    foreach ($name in $lists.Keys) {
        foreach ($client in $pair) { foreach ($time in 1..3) { Measure-List $name $client '/api/v1/nodes' $lists[$name] -IsWarmUp } }
    }
    foreach ($round in 1..$Rounds) {
        foreach ($name in $lists.Keys) {
            foreach ($client in $pair) { Measure-List "$name $($client.Name)" $client '/api/v1/nodes' $lists[$name] }
        }
        foreach ($client in $pair) {
            Measure-Sample "kubectl $($client.Name)" { $null = Invoke-Kubectl --kubeconfig $client.Kubeconfig get nodes }
            Measure-Sample "kubectl json $($client.Name)" { $null = Invoke-Kubectl --kubeconfig $client.Kubeconfig get nodes -o json }
        }
    }
    @"
$((Get-Setting $count) -join "`n")

| List of $count nodes over HTTPS | embedded | real | faster | Bytes | Samples |
|---|--:|--:|--:|--:|--:|
$(($lists.Keys | ForEach-Object { Format-Pair $_ $_ }) -join "`n")
$(Format-Pair '`kubectl get nodes`' 'kubectl')
$(Format-Pair '`kubectl get nodes -o json`' 'kubectl json')
"@
}

# A large one, as one command makes it.
function Measure-Large {
    foreach ($round in 1..[math]::Min($Rounds, 3)) {
        if ($sandbox) { Stop-Sandbox $sandbox }
        $script:sandbox = Start-Sandbox @"
`$watch = [System.Diagnostics.Stopwatch]::StartNew()
`$session = Connect-NodeManager -Sandbox -SandboxNodes $Nodes -SandboxPort 0
"@
        Add-Sample 'start' $sandbox.Milliseconds
    }
    $up, $null = Get-Memory $sandbox
    $env:KUBECONFIG = $sandbox.Kubeconfig
    $client = Get-Client 'large' $sandbox.Kubeconfig
    foreach ($name in $lists.Keys) {
        foreach ($round in 0..$SlowRounds) { Measure-List "pods: $name" $client '/api/v1/pods' $lists[$name] }
    }
    foreach ($round in 1..$SlowRounds) {
        Measure-Sample 'kubectl pods' { $script:pods = @(Invoke-Kubectl get pods -A --no-headers).Count }
        Measure-Sample 'kubectl pods json' { $null = Invoke-Kubectl get pods -A -o json }
    }
    $null, $peak = Get-Memory $sandbox
    @"
$((Get-Setting $Nodes) -join "`n")

| ``Connect-NodeManager -Sandbox -SandboxNodes $Nodes``: $pods pods | Measured | Target |
|---|--:|---|
| up, in a fresh process | $('{0:n1} s' -f ((Get-Median 'start') / 1000)) | < 10 s |
| memory of ``pwsh`` then | $('{0:n0} MB' -f ($up / 1MB)) | |
| its peak after all that follows | $('{0:n0} MB' -f ($peak / 1MB)) | < 1,536 MB |
$(($lists.Keys | ForEach-Object { '| pods: {0}, {1:n0} MB | {2:n0} ms | |' -f $_, ($bytes["pods: $_"] / 1e6), (Get-Median "pods: $_") }) -join "`n")
| ``kubectl get pods -A`` | $('{0:n1} s' -f ((Get-Median 'kubectl pods') / 1000)) | |
| ``kubectl get pods -A -o json`` | $('{0:n1} s' -f ((Get-Median 'kubectl pods json') / 1000)) | |
"@
}

try {
    if ($Kubeconfig) { Measure-Pair } else { Measure-Large }
    Stop-Sandbox $sandbox
}
finally {
    if ($sandbox -and -not $sandbox.Process.HasExited) { $sandbox.Process.Kill() }
    Remove-Item -Recurse -Force $folder
}
