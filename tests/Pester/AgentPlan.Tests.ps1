#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force

    # A server that an agent works with. It prints its tokens; the agent gets the one that reads.
    $program = Get-ChildItem "$root/src/NodeManager.Server/bin" -Recurse -Filter NodeManager.Server.dll |
        Where-Object { Test-Path ([IO.Path]::ChangeExtension($_, 'runtimeconfig.json')) } | Sort-Object LastWriteTime | Select-Object -Last 1
    if (-not $program) { throw 'NodeManager.Server is not built.' }
    $start = [Diagnostics.ProcessStartInfo]::new('dotnet')
    'exec', $program.FullName, 'demo', '--port', '0', '--agent-changes' | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $server = [Diagnostics.Process]::Start($start)
    $server.BeginErrorReadLine()
    $lines = while ($null -ne ($line = $server.StandardOutput.ReadLine())) { $line; if ($line -match '^\s*Agents:') { break } }
    $text = $lines -join "`n"
    $address = [regex]::Match($text, 'Agents: (http://[^/]+)').Groups[1].Value
    $reading = [regex]::Match($text, 'Token that reads:\s+([0-9a-f]{64})').Groups[1].Value
    $admin = [regex]::Match($text, 'Token that changes:\s+([0-9a-f]{64})').Groups[1].Value

    $common = @{ Uri = "$address/mcp"; Method = 'Post'; ContentType = 'application/json' }
    $headers = @{ Authorization = "Bearer $reading"; Accept = 'application/json, text/event-stream' }
    function Send-Mcp([hashtable] $Message) {
        $Message.jsonrpc = '2.0'
        $answer = Invoke-WebRequest @common -Headers $headers -Body ($Message | ConvertTo-Json -Depth 10)
        if ($answer.Headers['Mcp-Session-Id']) { $headers['Mcp-Session-Id'] = "$($answer.Headers['Mcp-Session-Id'])" }
        $data = [regex]::Match([Text.Encoding]::UTF8.GetString($answer.RawContentStream.ToArray()), '(?m)^data: (\{.*)$').Groups[1].Value
        if ($data) { ($data | ConvertFrom-Json).result }
    }
    function Request-Plan([string] $Action = 'Cordon') {
        $node = 'worker-1a-01'
        (Send-Mcp @{ id = 2; method = 'tools/call'; params = @{ name = 'request_change'; arguments = @{ action = $Action; nodes = @($node); reason = 'a test' } } }).structuredContent
    }
    function Use-Plan([string] $Id) { Send-Mcp @{ id = 3; method = 'tools/call'; params = @{ name = 'apply_plan'; arguments = @{ id = $Id } } } }
    $null = Send-Mcp @{ id = 1; method = 'initialize'; params = @{ protocolVersion = '2025-06-18'; capabilities = @{}; clientInfo = @{ name = 'test'; version = '1' } } }
    $null = Send-Mcp @{ method = 'notifications/initialized' }
    $person = @{ Uri = $address; Token = ConvertTo-SecureString $admin -AsPlainText -Force }
}

AfterAll {
    if ($server -and -not $server.HasExited) { $server.Kill($true); $server.WaitForExit() }
}

Describe 'Plans of agents' {
    It 'are listed, shown, approved, and applied once' {
        $plan = Request-Plan
        (Use-Plan $plan.id).structuredContent.error | Should -Be 'AgentPlanNotApproved'

        $listed = Get-NodeAgentPlan @person -Status Pending | Where-Object Id -eq $plan.id
        $listed | Should -BeOfType [NodeManager.NodeAgentPlan]
        $listed.Steps | Should -Match 'Cordon node worker-1a-01'
        ($listed | Format-Table | Out-String -Width 80) | Should -Match 'Cordon'
        ($listed | Format-List | Out-String) | Should -Not -Match $admin
        $listed | Approve-NodeAgentPlan -Token $person.Token -Confirm:$false | ForEach-Object Status | Should -Be 'Approved'

        (Use-Plan $plan.id).structuredContent.status | Should -Be 'Completed'
        (Use-Plan $plan.id).structuredContent.error | Should -Be 'AgentPlanNotApproved'
    }

    It 'can be neither approved nor applied after a denial' {
        $plan = Request-Plan -Action Uncordon
        (Deny-NodeAgentPlan $plan.id @person -Confirm:$false).Status | Should -Be 'Denied'
        { Approve-NodeAgentPlan $plan.id @person -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'AgentPlanNotPending*'
        (Use-Plan $plan.id).structuredContent.error | Should -Be 'AgentPlanNotApproved'
    }

    It 'stay pending with -WhatIf' {
        $plan = Request-Plan -Action Uncordon
        Approve-NodeAgentPlan $plan.id @person -WhatIf
        Deny-NodeAgentPlan $plan.id @person -WhatIf
        (Get-NodeAgentPlan $plan.id @person).Status | Should -Be 'Pending'
    }

    It 'are not approved with the token of the agent' {
        $plan = Request-Plan -Action Uncordon
        { Approve-NodeAgentPlan $plan.id -Uri $address -Token $reading -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'Forbidden*'
    }

    It 'fail with <Id>' -ForEach @(
        @{ Id = 'AgentPlanNotFound'; Call = { Get-NodeAgentPlan plan-000000000000 @person -ErrorAction Stop } }
        @{ Id = 'AgentPlanNotFound'; Call = { Approve-NodeAgentPlan plan-000000000000 @person -Confirm:$false -ErrorAction Stop } }
        @{ Id = 'Unauthorized'; Call = { Get-NodeAgentPlan -Uri $address -Token wrong -ErrorAction Stop } }
        @{ Id = 'AgentServerInvalid'; Call = { Get-NodeAgentPlan -Uri http://example.com -Token x -ErrorAction Stop } }
        @{ Id = 'ServerUnreachable'; Call = { Get-NodeAgentPlan -Uri http://127.0.0.1:1 -Token x -ErrorAction Stop } }
    ) {
        $Call | Should -Throw -ErrorId "$Id*"
    }
}
