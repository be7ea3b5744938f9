#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $api = 'api/plugins/streamspace-node-manager'
    function Read-Api($Server, [string] $Path, [securestring] $Token = $Server.ViewerToken) {
        Invoke-RestMethod "$Server/$Path" -Authentication Bearer -Token $Token -AllowUnencryptedAuthentication
    }
    function Get-CommandLine([int] $Id) {
        $IsLinux ? [IO.File]::ReadAllText("/proc/$Id/cmdline") + [IO.File]::ReadAllText("/proc/$Id/environ") : (Get-Process -Id $Id).CommandLine
    }
}

AfterAll { Stop-NodeManagerServer -Confirm:$false }

Describe 'A server for an embedded cluster' {
    BeforeAll {
        $session = Connect-NodeManager -Sandbox -SandboxNodes 6
        $log = Join-Path $TestDrive 'server.log'
        $server = Start-NodeManagerServer -Port 0 -LogPath $log
    }

    It 'serves the cluster of the session, and changes reach it' {
        $server | Should -BeOfType [NodeManager.NodeManagerServer]
        $server.State | Should -Be 'Running'
        $server.Cluster | Should -Be $session.Cluster
        $server.Address.IsLoopback | Should -BeTrue
        (Get-Process -Id $server.ProcessId).HasExited | Should -BeFalse
        @((Read-Api $server "$api/nodes").nodes ?? (Read-Api $server "$api/nodes")).Count | Should -Be 6
        $null = Invoke-RestMethod "$server/$api/nodes/worker-1a-01/cordon" -Method Post -Authentication Bearer -Token $server.AdminToken -AllowUnencryptedAuthentication
        (Get-ClusterNode worker-1a-01).Unschedulable | Should -BeTrue
    }

    It 'has the pools of the session' {
        (Read-Api $server 'api/v1/nodepools').total | Should -BeGreaterThan 0
    }

    It 'refuses changes with the viewer token, and requests without a token' {
        { Invoke-RestMethod "$server/$api/nodes/worker-1a-01/cordon" -Method Post -Authentication Bearer -Token $server.ViewerToken -AllowUnencryptedAuthentication } | Should -Throw '*403*'
        { Invoke-RestMethod "$server/$api/nodes" } | Should -Throw '*401*'
    }

    It 'signs in once with its link, and again with a new one' {
        $secret = ([uri] $server.SignInLink).Fragment.TrimStart('#')
        $body = @{ Method = 'Post'; ContentType = 'application/json'; Headers = @{ Origin = "$server" } }
        $session = (Invoke-RestMethod "$server/sign-in" @body -Body (@{ secret = $secret } | ConvertTo-Json) -SessionVariable browser).session
        $browser.Cookies.Count | Should -Be 0
        (Invoke-RestMethod "$server/$api/nodes" -Headers @{ Authorization = "Bearer $session" }) | Should -Not -BeNullOrEmpty
        { Invoke-RestMethod "$server/sign-in" @body -Body (@{ secret = $secret } | ConvertTo-Json) } | Should -Throw
        $again = Get-NodeManagerServer $server.Port -NewSignInLink
        $again | Should -Be $server
        ([uri] $again.SignInLink).Fragment.TrimStart('#') | Should -Not -Be $secret
        $again.SignInExpiresAt | Should -BeGreaterThan ([DateTimeOffset]::UtcNow.AddMinutes(4))
    }

    It 'shows secrets in no argument, environment, file or text' {
        $tokens = $server.AdminToken, $server.ViewerToken | ForEach-Object { ConvertFrom-SecureString $_ -AsPlainText }
        $tokens | ForEach-Object Length | Should -Be 64, 64
        $shown = (Get-CommandLine $server.ProcessId) + ($server | Format-List * | Out-String -Width 500) + ($server | ConvertTo-Json -Depth 1 -WarningAction Ignore) + (Get-Content $log -Raw)
        foreach ($token in $tokens) { $shown.Contains($token) | Should -BeFalse }
        # The front of the cluster has a kubeconfig only where one was asked for.
        $session.KubeconfigPath | Should -BeNullOrEmpty
    }

    It 'appends its audit to the file' {
        Get-Content $log -Raw | Should -Match 'NodeManager.Audit.*worker-1a-01/cordon'
    }

    It 'refuses a second server on its port' {
        { Start-NodeManagerServer -Port $server.Port -ErrorAction Stop } | Should -Throw -ErrorId 'PortUnavailable*'
        @(Get-NodeManagerServer).Count | Should -Be 1
        $server.State | Should -Be 'Running'
    }

    It 'is shown in 80 columns, and completed' {
        ($server | Format-Table | Out-String -Width 80) | Should -Match "$($server.Port).*Running"
        (TabExpansion2 'Stop-NodeManagerServer -Port ').CompletionMatches.CompletionText | Should -Contain "$($server.Port)"
    }

    It 'does nothing with -WhatIf' {
        Start-NodeManagerServer -Port 0 -WhatIf
        $server | Stop-NodeManagerServer -WhatIf
        @(Get-NodeManagerServer).Count | Should -Be 1
        $server.State | Should -Be 'Running'
    }

    It 'reports a server that dies' {
        (Get-Process -Id $server.ProcessId).Kill()
        $limit = [DateTime]::UtcNow.AddMinutes(1)
        while ($server.State -eq 'Running' -and [DateTime]::UtcNow -lt $limit) { Start-Sleep -Milliseconds 50 }
        $server.State | Should -Be 'Failed'
        $server.Error | Should -Match "process $($server.ProcessId) ended with exit code"
        (Get-NodeManagerServer).State | Should -Be 'Failed'
        { Get-NodeManagerServer -NewSignInLink } | Should -Not -Throw
        $server | Stop-NodeManagerServer -PassThru | ForEach-Object State | Should -Be 'Failed'
        Get-NodeManagerServer | Should -BeNullOrEmpty
    }

    It 'ends with its session' {
        $other = Start-NodeManagerServer -Port 0
        Disconnect-NodeManager $session
        (Get-Process -Id $other.ProcessId -ErrorAction Ignore)?.WaitForExit(60000)
        Get-Process -Id $other.ProcessId -ErrorAction Ignore | Where-Object { -not $_.HasExited } | Should -BeNullOrEmpty
        Get-NodeManagerServer | Should -BeNullOrEmpty
        { Start-NodeManagerServer -Session $session -Port 0 -ErrorAction Stop } | Should -Throw -ErrorId 'SessionClosed*'
    }
}

Describe 'A server that is stopped in the middle of a drain' {
    It 'cancels it, ends its streams, and leaves the node cordoned' {
        # A PodDisruptionBudget that allows nothing holds this drain up.
        $busy = Connect-NodeManager -Sandbox
        $server = Start-NodeManagerServer -Port 0
        $admin = @{ Authentication = 'Bearer'; Token = $server.AdminToken; AllowUnencryptedAuthentication = $true }
        $client = [Net.Http.HttpClient]::new()
        $client.DefaultRequestHeaders.Authorization = [Net.Http.Headers.AuthenticationHeaderValue]::new('Bearer', (ConvertFrom-SecureString $server.ViewerToken -AsPlainText))
        $stream = $client.GetStreamAsync("$server/api/v1/events").GetAwaiter().GetResult()
        $drain = @{ Body = '{"delete_emptydir_data":true,"timeout_seconds":3600}'; ContentType = 'application/json'; Headers = @{ Prefer = 'respond-async' } }
        $operation = Invoke-RestMethod "$server/$api/nodes/worker-1b-01/drain" -Method Post @admin @drain
        $operation.state | Should -Be 'Running'
        Wait-ClusterNode worker-1b-01 -For Cordoned -Timeout 1m

        $server | Stop-NodeManagerServer -PassThru | ForEach-Object ExitCode | Should -Be 0
        $stream.CopyToAsync([IO.Stream]::Null).Wait(60000) | Should -BeTrue
        $client.Dispose()
        (Get-ClusterNode worker-1b-01).Unschedulable | Should -BeTrue
        Disconnect-NodeManager $busy
    }
}

Describe 'A server for a cluster of a kubeconfig' {
    It 'reads it, acts as the impersonated user, and is stopped' {
        $source = Connect-NodeManager -Sandbox -SandboxNodes 5 -SandboxPort 0 -SandboxRbac
        $null = Connect-NodeManager -Kubeconfig $source.KubeconfigPath -ImpersonateUser nobody
        $server = Start-NodeManagerServer -Port 0 -ErrorAction Stop
        { Read-Api $server "$api/nodes" } | Should -Throw '*403*'
        $server | Stop-NodeManagerServer -PassThru | ForEach-Object State | Should -Be 'Stopped'
        $server.ExitCode | Should -Be 0
        Disconnect-NodeManager $source
    }

    It 'reports why it cannot reach the cluster' {
        $source = Connect-NodeManager -Sandbox -SandboxNodes 5 -SandboxPort 0
        $kept = Join-Path $TestDrive 'kubeconfig'
        Copy-Item $source.KubeconfigPath $kept
        $null = Connect-NodeManager -Kubeconfig $kept
        Remove-Item $kept
        { Start-NodeManagerServer -Port 0 -ErrorAction Stop } | Should -Throw -ErrorId 'KubeconfigNotFound*'
        Disconnect-NodeManager $source
    }
}

Describe 'No server is left behind' {
    BeforeAll {
        function Start-Shell([string] $Script) {
            $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
            '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$root/NodeManager.psd1'; `$null = Connect-NodeManager -Sandbox -SandboxNodes 5; $Script" | ForEach-Object { $start.ArgumentList.Add($_) }
            $start.RedirectStandardOutput = $true
            [Diagnostics.Process]::Start($start)
        }
        function Wait-End([int] $Id) {
            try { [Diagnostics.Process]::GetProcessById($Id).WaitForExit(60000) } catch [ArgumentException] { $true }
        }
    }

    It 'when PowerShell <How>' -ForEach @(
        @{ How = 'is killed'; Script = '(Start-NodeManagerServer -Port 0 6>$null).ProcessId; Start-Sleep 600'; Kill = $true }
        @{ How = 'ends'; Script = '(Start-NodeManagerServer -Port 0 6>$null).ProcessId'; Kill = $false }
        @{ How = 'removes the module'; Script = '(Start-NodeManagerServer -Port 0 6>$null).ProcessId; Remove-Module NodeManager; Start-Sleep 600'; Kill = $false }
    ) {
        $shell = Start-Shell $Script
        try {
            $id = [int] $shell.StandardOutput.ReadLine()
            $id | Should -BeGreaterThan 0
            if ($Kill) { $shell.Kill() }
            Wait-End $id | Should -BeTrue
        }
        finally { if (-not $shell.HasExited) { $shell.Kill($true) } }
    }
}

Describe 'A start that does not end' {
    BeforeAll {
        $slow = Connect-NodeManager -Sandbox -SandboxNodes 5
        Set-SandboxFault -Kind ApiSlow -Delay 10m
        function Get-Child { Get-Process -Name dotnet -ErrorAction Ignore | Where-Object { $_.Parent.Id -eq $PID -and -not $_.HasExited } }
    }

    It 'is ended after -Timeout, with its process' {
        { Start-NodeManagerServer -Port 0 -Timeout 50ms -ErrorAction Stop } | Should -Throw -ErrorId 'ServerStartFailed*'
        Get-Child | Should -BeNullOrEmpty
    }

    It 'is ended by Ctrl-C, with its process' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($module, $session) Import-Module $module; Start-NodeManagerServer -Port 0 -Timeout 10m -Session $session').AddArgument("$root/NodeManager.psd1").AddArgument($slow)
        $running = $shell.BeginInvoke()
        $limit = [DateTime]::UtcNow.AddMinutes(2)
        while (-not (Get-Child) -and [DateTime]::UtcNow -lt $limit) { Start-Sleep -Milliseconds 50 }
        Get-Child | Should -Not -BeNullOrEmpty
        $shell.Stop()
        Get-Child | Should -BeNullOrEmpty
        $shell.Dispose()
        Get-NodeManagerServer | Should -BeNullOrEmpty
    }
}

Describe 'A missing runtime' {
    It 'is an error that names the download address' {
        $null = Connect-NodeManager -Sandbox -SandboxNodes 5
        $copy = Join-Path $TestDrive 'module'
        $null = New-Item -ItemType Directory $copy
        Copy-Item "$root/NodeManager.psd1" $copy
        Copy-Item "$root/bin" $copy -Recurse
        # A module without its server.
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command "Import-Module '$copy/NodeManager.psd1'; `$null = Connect-NodeManager -Sandbox -SandboxNodes 5; try { Start-NodeManagerServer -Port 0 -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }"
        "$said" | Should -Match 'ServerProgramNotFound'
    }
}
