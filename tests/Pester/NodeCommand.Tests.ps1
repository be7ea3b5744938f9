BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $image = 'example.local/shell@sha256:' + '0' * 64
    Set-NodeManagerConfiguration -NodeCommandImage $image
    $node = 'worker-1c-01'
    function Set-Simulation([hashtable] $Value) {
        $annotations = @{}
        foreach ($key in $Value.Keys) { $annotations["sandbox.nodemanager/$key"] = "$($Value[$key])" }
        Set-NodeAnnotation $node -Annotation $annotations -Overwrite
    }
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Invoke-NodeCommand' {
    BeforeEach { Set-Simulation @{ 'command-exit-code' = 0; 'command-seconds' = 1; 'command-log' = "first`nlast" } }

    It 'returns one result for each node, by name and from the pipeline' {
        $results = Get-ClusterNode $node, worker-1a-01 | Invoke-NodeCommand 'uptime' -Confirm:$false
        $results | Should -BeOfType ([NodeManager.NodeCommandResult])
        $results.Node | Sort-Object | Should -Be worker-1a-01, $node
        $results.Status | Sort-Object -Unique | Should -BeExactly Succeeded
        $named = Invoke-NodeCommand $node 'uptime' -Confirm:$false -Tail 1
        $named.Output | Should -BeExactly last
        $named.IsOutputTruncated | Should -BeTrue
        ($named | Get-ClusterNode).Name | Should -BeExactly $node
    }

    It 'writes an error with a stable id for another exit code, and the result' {
        Set-Simulation @{ 'command-exit-code' = 7 }
        $result = Invoke-NodeCommand $node 'exit 7' -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $result.ExitCode | Should -Be 7
        $failures.FullyQualifiedErrorId | Should -BeExactly 'NodeCommandFailed,NodeManager.Commands.InvokeNodeCommandCommand'
        $failures.TargetObject.Node | Should -BeExactly $node
        ($result | ConvertTo-Json -Depth 3 | ConvertFrom-Json).Output | Should -Be first, last
    }

    It 'ends a command at its timeout' {
        Set-Simulation @{ 'command-seconds' = 600 }
        $result = Invoke-NodeCommand $node 'sleep 600' -Timeout 1 -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $result.Status | Should -BeExactly TimedOut
        $failures.FullyQualifiedErrorId | Should -BeLike 'NodeCommandTimedOut,*'
    }

    It 'asks with the node, the command and the image, and starts nothing with -WhatIf' {
        $before = @(Get-NodePod $node).Count
        $asked = pwsh -NoProfile -NonInteractive -Command "Import-Module '$PSScriptRoot/../../NodeManager.psd1'; `$null = Connect-NodeManager -Sandbox; Set-NodeManagerConfiguration -NodeCommandImage '$image'; Invoke-NodeCommand $node uptime -WhatIf"
        "$asked" | Should -Match "Run as root on node '$node' in cluster 'sandbox': uptime"
        @(Get-NodePod $node).Count | Should -Be $before
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'an empty command'; Arguments = @{ Command = ' ' } }
        @{ Name = 'a timeout of zero'; Arguments = @{ Command = 'x'; Timeout = 0 } }
        @{ Name = 'an id that is none'; Arguments = @{ Command = 'x'; RunId = 'a/b' } }
    ) {
        { Invoke-NodeCommand $node @Arguments -Confirm:$false } | Should -Throw -ErrorId 'NodeCommandInvalid,*'
    }

    It 'names a missing image, and takes an image by its digest alone' {
        { Set-NodeManagerConfiguration -NodeCommandImage busybox:1 } | Should -Throw -ErrorId 'ConfigurationValueInvalid,*'
        Set-NodeManagerConfiguration -NodeCommandImage $null
        { Invoke-NodeCommand $node uptime -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'NodeCommandImageMissing,*'
        Set-NodeManagerConfiguration -NodeCommandImage $image
    }

    It 'shows the exit code and the last line' {
        $shown = Invoke-NodeCommand $node 'uptime' -Confirm:$false | Out-String
        $shown | Should -Match "$node +.*Succeeded.* +0 +1s +last"
    }
}

Describe 'Enter-ClusterNode' {
    BeforeAll {
        $prepare = "Import-Module '$PSScriptRoot/../../NodeManager.psd1'; `$null = Connect-NodeManager -Sandbox; Set-NodeManagerConfiguration -NodeCommandImage '$image'; "
        function Get-Shell([string] $Script) {
            $null | & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command "$prepare try { & { $Script } } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }; (Get-PodSample).Count" 2>&1
        }
        $prepare += 'function Get-PodSample { , @(Get-NodePod worker-1c-01 | Where-Object Namespace -eq nodemanager-node-shell) }; '
    }

    It 'previews the shell and opens none' {
        $said = Get-Shell "Enter-ClusterNode $node -WhatIf"
        "$said" | Should -Match "Open a shell as root.*node '$node' in cluster 'sandbox'"
        $said[-1] | Should -Be 0
    }

    It 'is an error without a terminal, before anything is done' {
        $said = Get-Shell "Enter-ClusterNode $node -Confirm:`$false -ErrorAction Stop"
        $said[0] | Should -BeExactly 'NodeShellUnavailable,NodeManager.Commands.EnterClusterNodeCommand'
        $said[1] | Should -Match 'no terminal'
        $said[-1] | Should -Be 0
    }

    It 'refuses a timeout of zero, and names a missing image' {
        { Enter-ClusterNode $node -Timeout 0 -Confirm:$false } | Should -Throw -ErrorId 'NodeCommandInvalid,*'
        Set-NodeManagerConfiguration -NodeCommandImage $null
        { Enter-ClusterNode $node -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'NodeCommandImageMissing,*'
        Set-NodeManagerConfiguration -NodeCommandImage $image
    }

    It 'names simulated nodes in a terminal, and deletes the pod' -Skip:(-not (Get-Command script -CommandType Application -ErrorAction Ignore) -or -not $IsLinux) {
        $file = Join-Path $TestDrive 'enter.ps1'
        Set-Content $file "$prepare try { Enter-ClusterNode $node -Confirm:`$false -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }; 'pods ' + (Get-PodSample).Count"
        $said = script -qec "$([Environment]::ProcessPath) -NoProfile -NonInteractive -File '$file'" /dev/null | Out-String
        $said | Should -Match 'NodeShellUnavailable,'
        $said | Should -Match 'simulated'
        $said | Should -Match 'pods 0'
    }
}

Describe 'Invoke-NodeMaintenance -NodeCommand' {
    BeforeAll { $fast = @{ DeleteEmptyDirData = $true; Timeout = '2m'; Confirm = $false; WarningAction = 'SilentlyContinue' } }

    It 'runs the command, reboots the node, and records both' {
        Set-Simulation @{ 'command-exit-code' = 0; 'command-log' = 'upgraded' }
        $before = (Get-ClusterNode $node).BootId
        $result = Invoke-NodeMaintenance $node -NodeCommand 'apt-get -y upgrade' -Reboot @fast
        $result.Status, $result.ExitCode, "$($result.Output)" | Should -Be Completed, 0, upgraded
        (Get-ClusterNode $node).BootId | Should -Not -Be $before
        $run = Get-NodeMaintenance $result.RunId
        $run.NodeCommand | Should -BeExactly 'apt-get -y upgrade'
        $run.Nodes.Steps.Name | Should -Contain Command
    }

    It 'needs the command again to resume, and is refused with -Detach and -ScriptBlock' {
        Set-Simulation @{ 'command-exit-code' = 3 }
        $failed = Invoke-NodeMaintenance $node -NodeCommand 'false' @fast -ErrorAction SilentlyContinue
        $failed.ExitCode | Should -Be 3
        { Invoke-NodeMaintenance -ResumeId $failed.RunId -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'MaintenanceInvalid,*'
        Set-Simulation @{ 'command-exit-code' = 0 }
        (Invoke-NodeMaintenance -ResumeId $failed.RunId -NodeCommand 'false' -Confirm:$false -WarningAction SilentlyContinue).Status | Should -BeExactly Completed
        foreach ($wrong in @{ Detach = $true; NodeCommand = 'x' }, @{ Detach = $true; Reboot = $true }) {
            { Invoke-NodeMaintenance $node @wrong -Confirm:$false } | Should -Throw -ErrorId 'DetachInvalid,*'
        }
        { Invoke-NodeMaintenance $node -NodeCommand x -ScriptBlock { 1 } -Confirm:$false } | Should -Throw -ErrorId 'MaintenanceInvalid,*'
    }
}
