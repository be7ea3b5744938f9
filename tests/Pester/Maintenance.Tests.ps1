#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    # A node returns to service with the next renewal of its Lease: every 10 seconds of this clock.
    $session = Connect-NodeManager -Sandbox -SandboxSpeed 4
    $ConfirmPreference = 'None'
    # Nodes whose pods go at once, whatever budgets say.
    $fast = @{ DeleteEmptyDirData = $true; DeleteUnmanagedPod = $true; Timeout = '5m' }

    function Get-Leftover([string] $Name) {
        $node = Get-ClusterNode $Name
        @($node.Annotations.Keys) -match '^(nodemanager\.io/|karpenter|cluster-autoscaler)'
        if ($node.Unschedulable) { 'cordoned' }
    }
}

AfterAll {
    Get-Job | Where-Object PSJobTypeName -eq NodeMaintenance | Remove-Job -Force
    $session | Disconnect-NodeManager
}

Describe 'Invoke-NodeMaintenance' {
    It 'returns one result per node, and restores all nodes' {
        $result = Get-ClusterNode gpu-* | Invoke-NodeMaintenance @fast -Reason 'a test'
        $result.Node | Sort-Object | Should -Be 'gpu-1a-01', 'gpu-1b-01'
        $result.Status | Should -Be 'Completed', 'Completed'
        $result.Batch | Sort-Object | Should -Be 1, 2
        $result[0].Drain.Status | Should -BeExactly Drained
        'gpu-1a-01', 'gpu-1b-01' | ForEach-Object { Get-Leftover $_ } | Should -BeNullOrEmpty
        (Get-NodeMaintenance $result[0].RunId).Reason | Should -BeExactly 'a test'
    }

    It 'runs the script block in the runspace of the caller, with the node as $_ and as an argument' {
        $here = 'caller'
        $result = Invoke-NodeMaintenance gpu-1a-01 @fast -ScriptBlock { param($node) $script:there = $_.Unschedulable; "$here $($_.Name) $($node.Name)" }
        $result.Output | Should -BeExactly 'caller gpu-1a-01 gpu-1a-01'
        $there | Should -BeTrue
        $result.Steps.Name | Should -Be 'Claim', 'Cordon', 'Drain', 'Script', 'Ready', 'Resume'
    }

    It 'continues the work on other nodes while a script block runs' {
        $seen = [System.Collections.Generic.List[string]]::new()
        $result = Get-ClusterNode gpu-1a-01, memory-1b-01 | Invoke-NodeMaintenance @fast -MaxUnavailable 2 -ScriptBlock {
            $seen.Add($_.Name)
            # The other one is drained meanwhile, and its turn comes when this one ends.
            $other = (@('gpu-1a-01', 'memory-1b-01') -ne $_.Name)[0]
            if ($seen.Count -eq 1) { Wait-NodeEmpty $other }
        }
        $result.Status | Should -Be 'Completed', 'Completed'
        $seen | Sort-Object | Should -Be 'gpu-1a-01', 'memory-1b-01'
    }

    BeforeAll {
        function Wait-NodeEmpty([string] $Name) {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            while (Get-NodePod $Name | Where-Object OwnerKind -NotIn DaemonSet, Node) {
                if ($clock.Elapsed.TotalSeconds -gt 300) { throw "$Name was not drained" }
                Start-Sleep -Milliseconds 100
            }
        }
    }

    It 'fails a node whose script block <Name>, and uncordons it on request' -ForEach @(
        @{ Name = 'throws'; Script = { throw 'no mirror' }; Message = 'no mirror' }
        @{ Name = 'writes an error'; Script = { Get-Item /nowhere/at/all }; Message = 'nowhere' }
        @{ Name = 'calls exit'; Script = { 'out'; exit 3 }; Message = 'exit 3' }
        @{ Name = 'has a native command fail'; Script = { & ([Environment]::ProcessPath) -NoProfile -Command 'exit 3' }; Message = 'code: 3' }
    ) {
        $result = Invoke-NodeMaintenance gpu-1a-01 @fast -OnError Resume -ScriptBlock $Script -ErrorVariable failed -ErrorAction SilentlyContinue
        $result.Status, $result.Step | Should -Be 'Failed', 'Script'
        $result.Error | Should -Match $Message
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'MaintenanceFailed,*'
        $failed[0].TargetObject.Node | Should -BeExactly gpu-1a-01
        Get-Leftover gpu-1a-01 | Should -BeNullOrEmpty
    }

    It 'keeps the output of a script that <Name>' -ForEach @(
        @{ Name = 'throws'; Script = { "on $($_.Name)"; throw 'no mirror' } }
        @{ Name = 'ends with an exit code'; Script = { "on $($_.Name)"; exit 3 } }
        @{ Name = 'runs a command that fails'; Script = { "on $($_.Name)"; & ([Environment]::ProcessPath) -NoProfile -Command 'exit 4' } }
    ) {
        foreach ($parallel in $false, $true) {
            $result = Invoke-NodeMaintenance gpu-1a-01 @fast -ScriptBlock $Script -Parallel:$parallel -OnError Resume -ErrorAction SilentlyContinue
            $result.Status | Should -BeExactly Failed
            $result.Output | Should -BeExactly 'on gpu-1a-01'
            (Get-NodeMaintenance $result.RunId).Nodes[0].Output[0] | Should -BeExactly 'on gpu-1a-01'
        }
    }

    It 'stops at a failure, and resumes with -ResumeId, which requires the script block again' {
        $isMended = $false
        $work = { if (-not $isMended) { throw 'not yet' } }
        $run = Get-ClusterNode gpu-* | Invoke-NodeMaintenance @fast -ScriptBlock $work -PassThru -ErrorAction SilentlyContinue
        $run.Status, $run.Failed, $run.Remaining | Should -Be 'Stopped', 1, 1
        { Invoke-NodeMaintenance -ResumeId $run.Id -ErrorAction Stop } | Should -Throw -ErrorId 'MaintenanceInvalid,*'
        $isMended = $true
        $done = Invoke-NodeMaintenance -ResumeId $run.Id -ScriptBlock $work -PassThru -WarningVariable told -WarningAction SilentlyContinue
        $done.Id, $done.Status, $done.Completed | Should -Be $run.Id, 'Completed', 2
        "$told" | Should -Match "Resuming maintenance run $($run.Id)"
        'gpu-1a-01', 'gpu-1b-01' | ForEach-Object { Get-Leftover $_ } | Should -BeNullOrEmpty
    }

    It 'keeps the output of the script block, and exports it' {
        $run = Invoke-NodeMaintenance gpu-1a-01 @fast -ScriptBlock { 'patched'; [pscustomobject]@{ Kernel = 6 } } -PassThru
        (Get-NodeMaintenance $run.Id).Nodes[0].Output[0] | Should -BeExactly 'patched'
        $run | Export-NodeMaintenanceReport "$TestDrive/run.html" -PassThru | Export-NodeMaintenanceReport "$TestDrive/run.json"
        Get-Content -Raw "$TestDrive/run.html" | Should -Match 'patched'
        (Get-Content -Raw "$TestDrive/run.json" | ConvertFrom-Json)[0].Nodes[0].Status | Should -BeExactly Completed
        Get-NodeMaintenance $run.Id | Remove-NodeMaintenance -Confirm:$false
        { Get-NodeMaintenance $run.Id -ErrorAction Stop } | Should -Throw -ErrorId 'MaintenanceNotFound,*'
    }

    It 'lets explicit parameters replace those of a resumed run, including default values' {
        $isMended = $false
        $work = { if (-not $isMended) { throw 'not yet' } }
        $run = Get-ClusterNode gpu-* | Invoke-NodeMaintenance @fast -MaxUnavailable 2 -WaitForReboot -ScriptBlock $work -PassThru -ErrorAction SilentlyContinue
        $isMended = $true
        $done = Invoke-NodeMaintenance -ResumeId $run.Id -MaxUnavailable 1 -WaitForReboot:$false -ScriptBlock $work -PassThru -WarningAction SilentlyContinue
        $done.Status, $done.MaxUnavailable | Should -Be 'Completed', '1'
        $done.Nodes.Steps.Name | Should -Not -Contain Reboot
        Invoke-NodeMaintenance -ResumeId $run.Id -ScriptBlock $work -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -Match 'is already complete'
    }

    It 'warns about a node that a running maintenance holds, and skips it by default' {
        $job = Invoke-NodeMaintenance gpu-1a-01 @fast -ScriptBlock { Start-Sleep 300 } -AsJob
        while (-not ($live = Get-NodeMaintenance | Where-Object { $_.Status -eq 'Running' -and $_.Nodes[0].Step -eq 'Script' })) { Start-Sleep -Milliseconds 100 }
        Suspend-NodeScheduling gpu-1a-01 -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -Match $live.Id
        { Resume-NodeScheduling gpu-1a-01 -ErrorAction Stop } | Should -Throw -ErrorId 'NodeInMaintenance,*'
        Stop-NodeMaintenance $live.Id
        $null = $job | Wait-Job -Timeout 60
        Remove-NodeMaintenance $live.Id -ResumeScheduling -Confirm:$false
        Get-Leftover gpu-1a-01 | Should -BeNullOrEmpty
    }

    It 'validates with -WhatIf like the run' {
        { Invoke-NodeMaintenance gpu-1a-01 -TopologyKey topology.kubernetes.io/zon -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'MaintenanceInvalid,*'
        { Invoke-NodeMaintenance gpu-1a-01 -Window '25:00-26:00' -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidWindow,*'
        $day = (Get-Date).ToUniversalTime().AddDays(2).DayOfWeek
        (Invoke-NodeMaintenance gpu-1a-01 -Window "$day 01:00-02:00 UTC" -WhatIf).NotBefore.DayOfWeek | Should -Be $day
    }

    It 'uses the options of piped plans unless parameters replace them' {
        # Of the demo cluster; it has a pod with local data.
        $plan = Get-NodeDrainPlan worker-1c-01 -DeleteEmptyDirData -DeleteUnmanagedPod
        ($plan | Invoke-NodeMaintenance -WhatIf).Drain.CanDrain | Should -BeTrue
        ($plan | Invoke-NodeMaintenance -WhatIf -DeleteEmptyDirData:$false -DeleteUnmanagedPod:$false).Drain.Status | Should -Be 'Refused'
        { $plan, (Get-NodeDrainPlan control-plane-1a-01) | Invoke-NodeMaintenance -WhatIf } |
            Should -Throw -ErrorId 'MaintenanceInvalid,NodeManager.Commands.InvokeNodeMaintenanceCommand' -ExpectedMessage '*different options*'
    }

    It 'waits for a reboot' {
        $boot = @{ 'sandbox.nodemanager/boot-id' = "$(New-Guid)" }
        $result = Invoke-NodeMaintenance gpu-1b-01 @fast -WaitForReboot -ScriptBlock { $_ | Set-NodeAnnotation -Annotation $boot -Overwrite }
        $result.Status | Should -BeExactly Completed
        (Get-ClusterNode gpu-1b-01).BootId | Should -BeExactly $boot.Values
    }

    It 'shows the batches with -WhatIf and changes nothing' {
        $plan = Get-ClusterNode -Role worker | Invoke-NodeMaintenance -MaxUnavailable 3 -TopologyKey topology.kubernetes.io/zone -WhatIf
        $plan | Should -BeOfType NodeManager.NodeMaintenancePlan
        $plan | Group-Object Batch | ForEach-Object { @($_.Group.Group | Select-Object -Unique).Count | Should -Be 1 }
        $plan[0].Drain | Should -BeOfType NodeManager.NodeDrainPlan
        Get-Leftover gpu-1a-01 | Should -BeNullOrEmpty
        (Get-ClusterNode -Role control-plane | Invoke-NodeMaintenance -WhatIf).Batch | Should -Be 0, 0, 0
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'an unknown node'; Arguments = @{ Name = 'nope' }; Id = 'NodeNotFound' }
        @{ Name = 'a limit that is none'; Arguments = @{ Name = 'gpu-1a-01'; MaxUnavailable = 'all' }; Id = 'InvalidMaxUnavailable' }
        @{ Name = 'a window that is none'; Arguments = @{ Name = 'gpu-1a-01'; Window = 'tonight' }; Id = 'InvalidWindow' }
        @{ Name = 'a time that is negative'; Arguments = @{ Name = 'gpu-1a-01'; Soak = '-5' }; Id = 'InvalidDuration' }
        @{ Name = 'an unknown run'; Arguments = @{ ResumeId = 'nope' }; Id = 'MaintenanceNotFound' }
    ) {
        { Invoke-NodeMaintenance @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
    }

    It 'accepts the time zones of IANA and of Windows' {
        (Invoke-NodeMaintenance gpu-1a-01 @fast -Window 'Mon-Sun 00:00-24:00 Europe/Zurich' -PassThru).Window | Should -BeExactly 'Daily 00:00-24:00 Europe/Zurich'
        $daily = '00:00-24:00 W. Europe Standard Time'
        # PowerShell without ICU knows those of its own system only.
        $id = ''
        if (-not $IsWindows -and -not [TimeZoneInfo]::TryConvertWindowsIdToIanaId('W. Europe Standard Time', [ref] $id)) { Set-ItResult -Skipped -Because 'there is no ICU'; return }
        (Invoke-NodeMaintenance gpu-1a-01 @fast -Window $daily).Status | Should -BeExactly Completed
    }

    It 'keeps its results through CLIXML and JSON' {
        $run = Invoke-NodeMaintenance gpu-1a-01 @fast -PassThru
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($run))
        $back.Nodes[0].Steps[1].Name | Should -BeExactly Cordon
        $back.Nodes[0].Drain.Pods[0].Outcome | Should -Not -BeNullOrEmpty
        ($run | ConvertTo-Json -Depth 8 | ConvertFrom-Json).Nodes[0].Steps[0].Name | Should -BeExactly Claim
    }
}

Describe 'Invoke-NodeMaintenance -AsJob' {
    It 'returns a job with one child per node, which runs the script with $using:' {
        $ticket = @{ Id = 'OPS-1' }
        $job = Get-ClusterNode gpu-* | Invoke-NodeMaintenance @fast -AsJob -ScriptBlock {
            param($node)
            Write-Warning "warned of $($_.Name)"
            "$($using:ticket.Id) $($node.Name) $(@(Get-NodePod $_).Count -gt 0)"
        }
        $job | Should -BeOfType System.Management.Automation.Job
        $job.ChildJobs.Name | Sort-Object | Should -Be 'gpu-1a-01', 'gpu-1b-01'
        $job | Wait-Job -Timeout 300 | Should -Be $job
        $result = $job | Receive-Job -WarningVariable told -WarningAction SilentlyContinue
        $job.State | Should -Be Completed
        $job.ChildJobs.State | Should -Be Completed, Completed
        $result.Output | Sort-Object | Should -Be 'OPS-1 gpu-1a-01 True', 'OPS-1 gpu-1b-01 True'
        "$told" | Should -Match 'warned of gpu-1a-01'
    }

    It 'ends as Failed if a node failed, with the error in its child' {
        $job = Invoke-NodeMaintenance gpu-1a-01 @fast -OnError Resume -AsJob -ScriptBlock { throw 'no mirror' }
        $null = $job | Wait-Job -Timeout 300
        $job.State | Should -Be Failed
        $job.ChildJobs[0].State | Should -Be Failed
        ($job | Receive-Job -ErrorVariable failed -ErrorAction SilentlyContinue).Status | Should -BeExactly Failed
        "$failed" | Should -Match 'no mirror'
    }

    It 'is stopped by Stop-Job, and resumed' {
        $flag = New-TemporaryFile
        $job = Invoke-NodeMaintenance gpu-1a-01 @fast -AsJob -ScriptBlock { Set-Content $using:flag 'begun'; Start-Sleep 600 }
        $clock = [Diagnostics.Stopwatch]::StartNew()
        while (-not (Get-Content $flag)) {
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 300
            Start-Sleep -Milliseconds 100
        }
        $job | Stop-Job
        $null = $job | Wait-Job -Timeout 60
        $job.State | Should -Be Stopped
        $job.ChildJobs[0].State | Should -Be Stopped
        $run = Get-NodeMaintenance -Limit 1
        $run.Status, $run.Nodes[0].Step | Should -Be 'Interrupted', 'Script'
        (Get-ClusterNode gpu-1a-01).Unschedulable | Should -BeTrue
        (Invoke-NodeMaintenance -ResumeId $run.Id -ScriptBlock { } -WarningAction SilentlyContinue).Status | Should -BeExactly Completed
        Get-Leftover gpu-1a-01 | Should -BeNullOrEmpty
        Remove-Item $flag
    }

    It 'ends as Failed when its session is disconnected' {
        $other = Connect-NodeManager -Sandbox
        $flag = New-TemporaryFile
        $job = Invoke-NodeMaintenance gpu-1a-01 -Session $other @fast -AsJob -ScriptBlock { Set-Content $using:flag 'begun'; Start-Sleep 600 }
        $clock = [Diagnostics.Stopwatch]::StartNew()
        while (-not (Get-Content $flag)) {
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 300
            Start-Sleep -Milliseconds 100
        }
        Disconnect-NodeManager $other
        $null = $job | Wait-Job -Timeout 60
        $job.State | Should -Be Failed
        $job.ChildJobs[0].State | Should -Be Failed
        $null = $job | Receive-Job -ErrorVariable failed -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'SessionClosed*'
        Remove-Item $flag
    }

    It 'reports at Stop-Job how to resume interrupted runs, but not completed ones' {
        $other = Connect-NodeManager -Sandbox
        $job = Get-ClusterNode gpu-1a-01 -Session $session, $other |
            Invoke-NodeMaintenance @fast -AsJob -PassThru -ScriptBlock { if ($_.Cluster -eq $using:other.Cluster) { Start-Sleep 600 } }
        $clock = [Diagnostics.Stopwatch]::StartNew()
        while (-not $job.Output.Count) {
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 60
            Start-Sleep -Milliseconds 100
        }
        $job | Stop-Job
        $null = $job | Wait-Job -Timeout 60
        $job.State | Should -Be Stopped
        $said = @($job.Warning.Message) -match 'was interrupted'
        $said.Count | Should -Be 1
        $said | Should -Match "of $($other.Cluster) was interrupted"
        Disconnect-NodeManager $other
        Select-NodeManagerSession $session
    }
}

Describe 'Invoke-NodeMaintenance -Parallel' {
    BeforeAll {
        $pair = Get-ClusterNode gpu-1a-01, memory-1b-01
        $quick = [hashtable] $fast
        $quick.MaxUnavailable = 2
        $quick.Parallel = $true
        $quick.WarningAction = 'SilentlyContinue'
        $log = [Collections.Concurrent.ConcurrentQueue[string]]::new()

        # A run in a runspace of its own, which can be stopped as Ctrl-C stops it.
        function Start-Run([scriptblock] $Work) {
            $shell = [powershell]::Create()
            $null = $shell.AddScript({
                    param($Module, $Pair, $Quick, $Work, $log)
                    Import-Module $Module
                    $Pair | Invoke-NodeMaintenance @Quick -Confirm:$false -ScriptBlock ([scriptblock]::Create($Work))
                }).AddArgument("$root/NodeManager.psd1").AddArgument($pair).AddArgument($quick).AddArgument("$Work").AddArgument($log)
            [pscustomobject]@{ Shell = $shell; Call = $shell.BeginInvoke() }
        }

        function Wait-Line([int] $Count) {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            while ($log.Count -lt $Count) {
                $clock.Elapsed.TotalSeconds | Should -BeLessThan 300
                Start-Sleep -Milliseconds 50
            }
        }
    }

    It 'runs the script blocks of a batch concurrently, each in a runspace of its own' {
        $barrier = [Threading.Barrier]::new(2)
        $result = $pair | Invoke-NodeMaintenance @quick -ScriptBlock {
            param($node)
            # Passed only when the other node's script block is here, too.
            $met = ($using:barrier).SignalAndWait(120000)
            [pscustomobject]@{ Met = $met; Names = "$($_.Name) $($node.Name)"; Runspace = [runspace]::DefaultRunspace.Id; Pods = @(Get-NodePod $_).Count }
        }
        $result.Status | Should -Be Completed, Completed
        $result.Output.Met | Should -Be $true, $true
        $result | ForEach-Object { $_.Output.Names | Should -BeExactly "$($_.Node) $($_.Node)" }
        $result.Output.Runspace + [runspace]::DefaultRunspace.Id | Select-Object -Unique | Should -HaveCount 3
        $result.Output.Pods | ForEach-Object { $_ | Should -BeGreaterThan 0 }
        $pair.Name | ForEach-Object { Get-Leftover $_ } | Should -BeNullOrEmpty
    }

    It 'runs as many at a time as -ThrottleLimit allows' {
        $gate = [Threading.SemaphoreSlim]::new(1)
        $result = $pair | Invoke-NodeMaintenance @quick -ThrottleLimit 1 -ScriptBlock {
            $isAlone = ($using:gate).Wait(0)
            Start-Sleep -Milliseconds 500
            if ($isAlone) { $null = ($using:gate).Release() }
            $isAlone
        }
        $result.Output | Should -Be $true, $true
    }

    It 'names the node in the output of its script block' {
        $result = $pair | Invoke-NodeMaintenance @quick -WarningVariable warned -InformationVariable told -InformationAction SilentlyContinue -ScriptBlock {
            Write-Warning 'watch out'
            Write-Host 'hello'
            Write-Information ([pscustomobject]@{ Step = 1 })
        }
        $result.Status | Should -Be Completed, Completed
        @($warned.Message) -match 'watch out' | Sort-Object | Should -Be 'Node gpu-1a-01: watch out', 'Node memory-1b-01: watch out'
        @($told.MessageData) -match 'hello' | ForEach-Object Message | Sort-Object | Should -Be 'Node gpu-1a-01: hello', 'Node memory-1b-01: hello'
        @($told | Where-Object { $_.MessageData.Step }).Source | Sort-Object | Should -Be 'gpu-1a-01', 'memory-1b-01'
    }

    It 'reports the error of a node only for that node' {
        $barrier = [Threading.Barrier]::new(2)
        $result = $pair | Invoke-NodeMaintenance @quick -OnError Resume -ErrorVariable failed -ErrorAction SilentlyContinue -ScriptBlock {
            $null = ($using:barrier).SignalAndWait(120000)
            if ($_.Name -eq 'gpu-1a-01') { Get-Item /nowhere/at/all }
            'done'
        }
        $failed = @($failed | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
        $failed | Should -HaveCount 1
        $failed[0].TargetObject.Node | Should -BeExactly gpu-1a-01
        ($result | Where-Object Node -EQ gpu-1a-01).Status | Should -BeExactly Failed
        ($result | Where-Object Node -EQ memory-1b-01).Output | Should -Be done
    }

    It 'passes collections of $using: as they are' {
        $empty = [Collections.Generic.List[string]]::new()
        $single = [string[]] @('one')
        $result = $pair[0] | Invoke-NodeMaintenance @quick -ScriptBlock {
            $none, $list, $array = $using:missing, $using:empty, $using:single
            "$($null -eq $none) $($list.GetType().Name) $($array.GetType().Name) $($array.Count)"
        }
        $result.Output | Should -BeExactly 'True List`1 String[] 1'
    }

    It 'stops all script blocks at Ctrl-C, and resumes' {
        $run = Start-Run {
            try { ($using:log).Enqueue("begun $($_.Name)"); Start-Sleep 600 }
            finally { ($using:log).Enqueue("stopped $($_.Name)") }
        }
        Wait-Line 2
        $run.Shell.Stop()
        Wait-Line 4
        $log | Sort-Object | Should -Be 'begun gpu-1a-01', 'begun memory-1b-01', 'stopped gpu-1a-01', 'stopped memory-1b-01'
        $stopped = Get-NodeMaintenance -Limit 1
        $stopped.Status | Should -BeExactly Interrupted
        $run.Shell.Dispose()
        $done = Invoke-NodeMaintenance -ResumeId $stopped.Id -Parallel -ScriptBlock { ($using:log).Count } -PassThru -WarningAction SilentlyContinue
        $done.Status | Should -BeExactly Completed
        $done.Nodes.Output | Should -Be 4, 4
    }
}

Describe 'Get-NodeMaintenance' {
    It 'shows the newest first, limited by -Limit' {
        $runs = Get-NodeMaintenance -Limit 2
        $runs.Count | Should -Be 2
        $runs[0].StartedAt | Should -BeGreaterThan $runs[1].StartedAt
        (Get-NodeMaintenance "$($runs[0].Id)").Id | Should -BeExactly $runs[0].Id
        (Get-NodeMaintenance 2* -Limit 100).Count | Should -BeGreaterThan 2
        $runs[0].Nodes[0].Steps[0].By | Should -Match '@'
    }

    It 'completes the ids' {
        $id = (Get-NodeMaintenance -Limit 1).Id
        $line = 'Get-NodeMaintenance '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain $id
    }
}

Describe '-Detach' {
    It 'is refused without a running server, and starts nothing' {
        $before = @(Get-NodeMaintenance -Limit 100).Count
        { Invoke-NodeMaintenance gpu-1a-01 -Detach -ErrorAction Stop } | Should -Throw -ErrorId 'ServerNotRunning*'
        { Invoke-NodeDrain gpu-1a-01 -Detach -ErrorAction Stop } | Should -Throw -ErrorId 'ServerNotRunning*'
        @(Get-NodeMaintenance -Limit 100).Count | Should -Be $before
        (Get-ClusterNode gpu-1a-01).Unschedulable | Should -BeFalse
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'DisableEviction'; More = @{ DisableEviction = $true } }
        @{ Name = 'ForceStuck'; More = @{ ForceStuck = '1m' } }
        @{ Name = 'OverrideBudgetAfter'; More = @{ OverrideBudgetAfter = '1m' } }
        @{ Name = 'AsJob'; More = @{ AsJob = $true } }
    ) {
        { Invoke-NodeMaintenance gpu-1a-01 -Detach @More -ErrorAction Stop } | Should -Throw "-$Name*" -ErrorId 'DetachInvalid*'
        { Invoke-NodeDrain gpu-1a-01 -Detach @More -ErrorAction Stop } | Should -Throw "-$Name*" -ErrorId 'DetachInvalid*'
    }

    It 'refuses a script block, and is required by -Window of a drain' {
        { Invoke-NodeMaintenance gpu-1a-01 -Detach -ScriptBlock { 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'DetachInvalid*'
        { Invoke-NodeDrain gpu-1a-01 -Window '01:00-02:00 UTC' -ErrorAction Stop } | Should -Throw -ErrorId 'DetachInvalid*'
    }
}

Describe 'Wait-NodeMaintenance' {
    It 'returns a completed run, waits for a running one, and times out' {
        $over = Invoke-NodeMaintenance gpu-1a-01 @fast -PassThru
        ($over | Wait-NodeMaintenance).Status | Should -BeExactly Completed
        $job = Invoke-NodeMaintenance gpu-1a-01 @fast -AsJob -ScriptBlock { Start-Sleep -Seconds 3 }
        while (-not ($run = Get-NodeMaintenance -Limit 5 | Where-Object Status -eq Running)) { Start-Sleep -Milliseconds 100 }
        { Wait-NodeMaintenance $run.Id -Timeout 0 -ErrorAction Stop } | Should -Throw -ErrorId 'WaitTimeout*'
        (Wait-NodeMaintenance $run.Id -Timeout 5m).Status | Should -BeExactly Completed
        $job | Wait-Job -Timeout 60 | Remove-Job -Force
    }

    It 'reports a missing run' {
        { Wait-NodeMaintenance 20200101-000000-abcd -ErrorAction Stop } | Should -Throw -ErrorId 'MaintenanceNotFound*'
    }
}
