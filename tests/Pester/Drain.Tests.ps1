BeforeAll {
    $module = (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path
    Import-Module $module -Force
}

Describe 'Get-NodeDrainPlan' {
    BeforeAll {
        $session = Connect-NodeManager -Sandbox
        $plans = Get-NodeDrainPlan '*'
    }

    AfterAll { Disconnect-NodeManager -Session $session }

    It 'reports the decision and the reason for every pod' {
        $plans.Count | Should -Be 12
        $pods = $plans.Pods
        $pods.Count | Should -BeGreaterThan 20
        $pods.Decision | Sort-Object -Unique | Should -Not -BeNullOrEmpty
        foreach ($pod in $pods) { $pod.Decision | Should -BeIn @('Evict', 'Skip', 'Wait', 'Refuse') }
        ($pods | Where-Object Decision -in Skip, Refuse).Reason | Should -Not -Contain ''
    }

    It 'distinguishes slow from permanently blocking PDBs, and estimates the duration' {
        $held = (Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod).Where{ $_.BlockedByBudget }
        $ledger = $held.BlockingBudgets | Where-Object Name -eq ledger | Select-Object -First 1
        $ledger.Outlook | Should -Be 'Never'
        $ledger.Remedy | Should -BeLike '*3 replicas*'
        $free = (Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod).Where{ $_.CanDrain -and $_.Evict -and -not $_.BlockedByBudget }[0]
        $free.EstimatedDuration | Should -BeGreaterThan ([timespan]::Zero)
        $free.EstimateBasis | Should -Not -BeNullOrEmpty
    }

    It 'distinguishes a node that cannot be drained from a drain that would not finish' {
        $all = Get-NodeDrainPlan '*' -DeleteEmptyDirData
        $all.Status | Sort-Object -Unique | Should -Be 'Drainable', 'Refused', 'WillNotFinish'
        foreach ($plan in $all) {
            $plan.CanDrain | Should -Be ($plan.Status -eq 'Drainable')
            $headline = (($plan | Out-String -Width 400) -replace '\e\[[0-9;]*m').Trim().Split("`n")[0]
            $words = @('can be drained', 'will not finish', 'cannot be drained').Where{ $headline -like "*$_*" }
            $words | Should -Be @{ Drainable = 'can be drained'; WillNotFinish = 'will not finish'; Refused = 'cannot be drained' }[$plan.Status]
        }
    }

    It 'skips DaemonSet pods' {
        ($plans.Pods | Where-Object Owner -like 'DaemonSet/*').Decision | Sort-Object -Unique | Should -Be 'Skip'
    }

    It 'names the parameter that permits an eviction' {
        $refused = $plans.Pods | Where-Object Rule -eq LocalData | Select-Object -First 1
        if (-not $refused) { Set-ItResult -Skipped -Because 'no pod with local data is in the cluster'; return }
        $refused.PermittedBy | Should -Contain 'DeleteEmptyDirData'
        $node = $plans | Where-Object { $_.Pods -contains $refused }
        (($node | Get-NodeDrainPlan -DeleteEmptyDirData).Pods | Where-Object Name -eq $refused.Name).Decision | Should -Be 'Evict'
    }

    It 'names a node of the control plane, and the consequences' {
        $control = $plans | Where-Object IsControlPlane | Select-Object -First 1
        $control.Consequences[0].Kind | Should -Be 'ControlPlane'
        (($control | Out-String -Width 400) -replace '\e\[[0-9;]*m') | Should -BeLike '*belongs to the control plane: the cluster loses what runs there.*'
        $plans | Where-Object { -not $_.IsControlPlane } | ForEach-Object { $_.Consequences.Kind | Should -Not -Contain 'ControlPlane' }
        @($plans.Consequences | Where-Object Kind -EQ NoPlacement).Count | Should -Be @($plans | Where-Object { $_.Pods.Where{ $_.Decision -eq 'Evict' -and $_.FitsElsewhere -eq 'No' } }).Count
    }

    It 'touches nothing' {
        @(Get-ClusterNode -Status SchedulingDisabled).Count | Should -Be 1
    }

    It 'reports a missing node' {
        Get-NodeDrainPlan ghost -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeNotFound,*'
    }

    It 'reports the position of a syntax error in a pod selector' {
        Get-NodeDrainPlan $plans[0].Node -PodSelector 'app in' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidSelector,*'
        $failures[0].Exception.Message | Should -BeLike '*stops at position 7*'
    }
}

Describe 'Invoke-NodeDrain' {
    BeforeEach {
        $session = Connect-NodeManager -Sandbox
        # A node with pods that can go now: ready replicas, no budget that holds one of them.
        $plan = Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod |
            Where-Object { $_.CanDrain -and $_.Evict -gt 0 -and $_.BlockedByBudget -eq 0 } | Sort-Object Evict | Select-Object -First 1
    }

    AfterEach { Disconnect-NodeManager -Session $session }

    It 'cordons the node, evicts its pods, and reports it' {
        $result = Invoke-NodeDrain $plan.Node -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -Confirm:$false -Reason 'kernel update'
        $result | Should -BeOfType ([NodeManager.NodeDrainResult])
        $result.Status | Should -Be 'Drained' -Because $result.Message
        $result.Remaining | Should -Be 0
        $result.Evicted | Should -BeGreaterOrEqual $plan.Evict
        $result.Duration | Should -BeGreaterThan ([timespan]::Zero)
        (Get-ClusterNode $plan.Node).Unschedulable | Should -BeTrue
        Get-NodePod $plan.Node | Where-Object OwnerKind -eq ReplicaSet | Should -BeNullOrEmpty
    }

    It 'evicts as many pods concurrently as requested' {
        $result = Invoke-NodeDrain $plan.Node -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -MaxParallelEvictions 2 -Confirm:$false
        $result.Status | Should -Be 'Drained' -Because $result.Message
        { Invoke-NodeDrain $plan.Node -MaxParallelEvictions 0 -Confirm:$false } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'keeps workloads without a PDB available while it drains several nodes' {
        $nodes = Get-ClusterNode worker-1a-0*, worker-1b-0*
        $selected = @{ PodSelector = 'app.kubernetes.io/name=catalog'; GracePeriod = 1; Timeout = '2m'; Confirm = $false }
        $results = $nodes | Invoke-NodeDrain @selected -WorkloadMaxUnavailable 1 -WorkloadWait 2
        $results.Status | Should -Be (@('Drained') * 4)
        $results.Timeline | Where-Object Step -eq Workload | ForEach-Object Detail | Should -Contain 'Deployment shop/catalog'
        $results = $nodes | Resume-NodeScheduling -PassThru | Invoke-NodeDrain @selected -WorkloadMaxUnavailable off
        $results.Timeline.Step | Should -Not -Contain 'Workload'
        foreach ($limit in '0', '101%', 'many') {
            { $nodes | Invoke-NodeDrain -WorkloadMaxUnavailable $limit -Confirm:$false } | Should -Throw -ErrorId 'Invalid,*' -ExpectedMessage '*a percentage such as 25%, or Off*'
        }
    }

    It 'is reverted by Resume-NodeScheduling, from the result' {
        $result = Invoke-NodeDrain $plan.Node -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -Confirm:$false
        $node = $result | Resume-NodeScheduling -PassThru
        $node.Name | Should -Be $plan.Node
        $node.Unschedulable | Should -BeFalse
    }

    It 'accepts a plan, and drains in the cluster of the plan' {
        $elsewhere = Connect-NodeManager -Sandbox
        $result = $plan | Invoke-NodeDrain -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -Confirm:$false
        $result.Cluster | Should -Be $session.Cluster
        (Get-ClusterNode $plan.Node -Session $elsewhere).Unschedulable | Should -BeFalse
        Disconnect-NodeManager -Session $elsewhere
        Select-NodeManagerSession $session
    }

    It 'prints the plan with -WhatIf, and changes nothing' {
        $what = Invoke-NodeDrain $plan.Node -WhatIf
        $what | Should -BeOfType ([NodeManager.NodeDrainPlan])
        $what.Node | Should -Be $plan.Node
        (Get-ClusterNode $plan.Node).Unschedulable | Should -BeFalse
    }

    It 'refuses a node with pods that the options do not permit, and evicts none of them' {
        $refused = Get-NodeDrainPlan '*' | Where-Object Status -eq Refused | Select-Object -First 1
        if (-not $refused) { Set-ItResult -Skipped -Because 'every node can be drained'; return }
        $result = Invoke-NodeDrain $refused.Node -Timeout 1m -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $result.Status | Should -Be 'Blocked'
        $result.Evicted | Should -Be 0
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'DrainRefused,*'
        $failures[0].TargetObject.Node | Should -Be $refused.Node
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'reports a missing node, without a result, and drains the others' {
        $result = Invoke-NodeDrain ghost, $plan.Node -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $result.Node | Should -Be $plan.Node
        @($failures).Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeNotFound,*'
        $failures[0].TargetObject | Should -Be 'ghost'
    }

    It 'names the blocking PDB at the timeout' {
        $held = Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod | Where-Object { $_.Status -ne 'Refused' -and $_.BlockedByBudget -gt 0 } | Select-Object -First 1
        if (-not $held) { Set-ItResult -Skipped -Because 'no budget of the cluster holds a pod'; return }
        $result = Invoke-NodeDrain $held.Node -DeleteEmptyDirData -DeleteUnmanagedPod -Timeout 2 -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        if ($result.Status -eq 'Drained') { Set-ItResult -Skipped -Because 'the budget allowed it in time'; return }
        $result.Status | Should -Be 'TimedOut'
        $result.Blockers.Count | Should -BeGreaterThan 0
        $budget = $result.Blockers | Where-Object Kind -eq Budget | Select-Object -First 1
        $budget.Outlook | Should -BeIn 'Slow', 'Never'
        $budget.Selector | Should -Not -BeNullOrEmpty
        if ($budget.Outlook -eq 'Never') { $budget.Remedy | Should -Not -BeNullOrEmpty }
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'EvictionBlocked,*'
        $failures[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        (Get-ClusterNode $held.Node).Unschedulable | Should -BeTrue
    }

    It 'overrides a PDB after the specified time, and reports the pods' {
        $held = Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod | Where-Object Status -eq WillNotFinish | Select-Object -First 1
        $result = Invoke-NodeDrain $held.Node -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -OverrideBudgetAfter 1 -ForceStuck 1m -Timeout 5m -Confirm:$false -WarningVariable warnings 3> $null
        $result.Status | Should -Be 'Drained' -Because $result.Message
        $result.Forced | Should -BeGreaterThan 0
        ($result.Pods | Where-Object Forced).Forced | Should -Be 'OverrideBudgetAfter'
        $warnings -join ' ' | Should -BeLike '*has refused for*'
        { Invoke-NodeDrain $held.Node -ForceStuck -1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidDuration,*'
    }

    It 'writes the results before the error with -ErrorAction Stop, and uncordons nodes that were not started' {
        $refused = Get-NodeDrainPlan '*' | Where-Object Status -eq Refused | Select-Object -First 1
        $other = Get-NodeDrainPlan '*' | Where-Object { $_.CanDrain -and $_.Evict -gt 0 } | Select-Object -First 1
        $results = [System.Collections.Generic.List[object]]::new()
        try {
            Invoke-NodeDrain $refused.Node, $other.Node -Confirm:$false -WarningAction SilentlyContinue -ErrorAction Stop | ForEach-Object { $results.Add($_) }
            throw 'no error'
        } catch { $failure = $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike 'DrainRefused,*'
        $results.Node | Sort-Object | Should -Be ($refused.Node, $other.Node | Sort-Object)
        $failure.TargetObject.Node | Sort-Object | Should -Be ($results.Node | Sort-Object)
        ($results | Where-Object Node -eq $other.Node).Status | Should -Be 'Cancelled'
        (Get-ClusterNode $refused.Node, $other.Node).Unschedulable | Should -Not -Contain $true
    }

    It 'uses the options that a plan was made with, and explicit parameters instead of them' {
        $plan = Get-NodeDrainPlan '*' -DeleteEmptyDirData | Where-Object { $_.CanDrain -and $_.Pods.Rule -contains 'LocalData' } | Select-Object -First 1
        $plan ??= Get-NodeDrainPlan '*' -DeleteEmptyDirData | Where-Object { $_.CanDrain -and $_.Evict } | Select-Object -First 1
        $plan.Options.DeleteEmptyDirData | Should -BeTrue
        $result = $plan | Invoke-NodeDrain -PodSelector 'none=such' -Confirm:$false -WarningAction SilentlyContinue
        $result.Evicted | Should -Be 0
        Resume-NodeScheduling $plan.Node
        $result = $plan | Invoke-NodeDrain -Confirm:$false -WarningAction SilentlyContinue
        $result.Status | Should -Be 'Drained'
        $result.Evicted | Should -BeGreaterOrEqual $plan.Evict
        Resume-NodeScheduling $plan.Node
    }

    It '<Cmdlet> explains the alternatives to -Force, and changes nothing' -ForEach @{ Cmdlet = 'Invoke-NodeDrain' }, @{ Cmdlet = 'Invoke-NodeMaintenance' } {
        $node = (Get-ClusterNode | Select-Object -First 1).Name
        $failure = { & $Cmdlet $node -Force -Confirm:$false } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'ForceAmbiguous,*'
        foreach ($parameter in '-DeleteUnmanagedPod', '-DisableEviction', '-OverrideBudgetAfter', '-ForceStuck', '-Confirm:$false') {
            $failure.ErrorDetails.RecommendedAction | Should -BeLike "*$parameter*"
        }
        (Get-ClusterNode $node).Unschedulable | Should -BeFalse
    }

    It 'waits until replacements are ready on other nodes' {
        $before = Get-NodeDrainPlan worker-1c-01 -DeleteEmptyDirData
        $result = Invoke-NodeDrain worker-1c-01 -DeleteEmptyDirData -GracePeriod 1 -WaitForReplacement -WaitForJob 1 -Timeout 5m -Confirm:$false
        $result.Status | Should -Be 'Drained' -Because $result.Message
        $owners = ($before.Pods | Where-Object { $_.Decision -eq 'Evict' -and $_.Owner -like 'ReplicaSet/*' }).Owner
        $owners | Should -Not -BeNullOrEmpty
        Get-NodePod '*' | Where-Object { "ReplicaSet/$($_.OwnerName)" -in $owners -and -not $_.Ready } | Should -BeNullOrEmpty
    }

    It 'starts replacements of permanently blocked pods first, with -Surge' {
        $result = Invoke-NodeDrain worker-1b-01 -DeleteEmptyDirData -GracePeriod 1 -Surge -Timeout 5m -Confirm:$false 3> $null
        $result.Status | Should -Be 'Drained' -Because $result.Message
        ($result.Pods | Where-Object Outcome -eq Replaced).Name | Should -BeLike 'ledger-*'
        $result.Forced | Should -Be 0
    }

    It 'drains several nodes, with one result each' {
        $names = (Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod | Where-Object { $_.CanDrain -and $_.BlockedByBudget -eq 0 } | Select-Object -First 2).Node
        $results = $names | Invoke-NodeDrain -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5 -Confirm:$false -ErrorAction SilentlyContinue
        $results.Node | Sort-Object | Should -Be ($names | Sort-Object)
    }

    It 'asks first' {
        $command = Get-Command Invoke-NodeDrain
        [Management.Automation.CommandMetadata]::new($command).ConfirmImpact | Should -Be 'High'
    }

    It 'runs once at a time on a node: the others join, wait or are called off' {
        $held = @{ Name = 'worker-1b-01'; DeleteEmptyDirData = $true; Confirm = $false }
        $first = Invoke-NodeDrain @held -AsJob
        Wait-ClusterNode worker-1b-01 -For DrainInProgress -Timeout 5m
        $joined = Invoke-NodeDrain @held -AsJob
        $result = Invoke-NodeDrain @held -GracePeriod 1 -Timeout 3s -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeBusy*'
        $failures[0].Exception.Message | Should -BeLike '*in use by NodeDrain *(holder: *'
        $result.Status | Should -Be 'TimedOut'
        $result.Pods.Count | Should -Be 0

        Resume-NodeScheduling worker-1b-01 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*in use by NodeDrain *Uncordoning the node calls that operation off.'
        foreach ($job in $first, $joined) {
            $null = Wait-Job $job -Timeout 60
            $job.State | Should -Be 'Stopped'
            $one = Receive-Job $job -WarningAction SilentlyContinue -ErrorAction SilentlyContinue
            $one.Status, $one.CancelReason | Should -Be 'Cancelled', 'Uncordoned'
            Remove-Job $job
        }

        $after = Get-ClusterNode worker-1b-01
        $after.Unschedulable | Should -BeFalse
        $after.Annotations.Keys | Should -Not -Contain 'nodemanager.io/lock'
    }

    It 'keeps the cordon at Ctrl-C, within its time, and reports the progress' {
        $held = Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod | Where-Object { $_.CanDrain -and $_.Evict -gt 0 } |
            Sort-Object BlockedByBudget -Descending | Select-Object -First 1
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
                param($module, $session, $node)
                Import-Module $module
                Invoke-NodeDrain $node -Session $session -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 600 -Confirm:$false
            }).AddArgument($module).AddArgument($session).AddArgument($held.Node)
        $null = $shell.BeginInvoke()
        for ($i = 0; $i -lt 15000 -and -not (Get-ClusterNode $held.Node).Unschedulable; $i++) { [Threading.Thread]::Sleep(20) }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 60
        $shell.Dispose()
        (Get-ClusterNode $held.Node).Unschedulable | Should -BeTrue
        (Resume-NodeScheduling $held.Node -PassThru).Unschedulable | Should -BeFalse
    }

    It 'runs as a job that Wait-Job and Stop-Job control' {
        $job = Invoke-NodeDrain $plan.Node, ghost -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -AsJob -Confirm:$false
        $job | Should -BeOfType ([Management.Automation.Job])
        $null = Wait-Job $job -Timeout 300
        $job.State | Should -Be 'Failed'
        $result = Receive-Job $job -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $result.Status | Should -Be 'Drained'
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeNotFound*'
        Remove-Job $job

        $held = Invoke-NodeDrain worker-1b-01 -DeleteEmptyDirData -AsJob -Confirm:$false
        Wait-ClusterNode worker-1b-01 -For DrainInProgress -Timeout 5m
        Stop-Job $held
        $null = Wait-Job $held -Timeout 60
        $held.State | Should -Be 'Stopped'
        (Receive-Job $held -WarningAction SilentlyContinue).Status | Should -Be 'Cancelled'
        (Get-ClusterNode worker-1b-01).Lifecycle | Should -BeNullOrEmpty
        Remove-Job $held
    }

    It 'ends as Failed, as a job, when its session is disconnected' {
        $other = Connect-NodeManager -Sandbox
        $held = Invoke-NodeDrain worker-1b-01 -Session $other -DeleteEmptyDirData -AsJob -Confirm:$false
        Wait-ClusterNode worker-1b-01 -Session $other -For DrainInProgress -Timeout 5m
        Disconnect-NodeManager $other
        $null = Wait-Job $held -Timeout 60
        $held.State | Should -Be 'Failed'
        $result = Receive-Job $held -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $result.Status | Should -Be 'Cancelled'
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'SessionClosed*'
        Remove-Job $held
    }

    It 'shows one progress bar per cluster for nodes of the same name' {
        $other = Connect-NodeManager -Sandbox
        try {
            $job = Get-ClusterNode $plan.Node -Session $session, $other | Invoke-NodeDrain -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -AsJob -Confirm:$false
            $null = Wait-Job $job -Timeout 300
            $bars = @($job.Progress)
            @(Receive-Job $job -WarningAction SilentlyContinue).Status | Should -Be @('Drained', 'Drained')
            @($bars.ActivityId | Sort-Object -Unique).Count | Should -Be 2
            $bars.Activity | Sort-Object -Unique | Should -Be @("Draining $($plan.Node) of $($session.Cluster)", "Draining $($plan.Node) of $($other.Cluster)")
            Remove-Job $job
        }
        finally {
            Disconnect-NodeManager -Session $other
            Select-NodeManagerSession $session
        }
    }

    It 'reports the drain in the conditions of the node, until scheduling is resumed' {
        $null = Invoke-NodeDrain $plan.Node -DeleteEmptyDirData -DeleteUnmanagedPod -GracePeriod 1 -Timeout 5m -Confirm:$false
        (Get-ClusterNode $plan.Node).Lifecycle | Should -Be 'Drained'
        (Wait-ClusterNode $plan.Node -For drained -Timeout 0 -PassThru).Name | Should -Be $plan.Node
        (Resume-NodeScheduling $plan.Node -PassThru).Lifecycle | Should -BeNullOrEmpty
    }

    It 'attempts each eviction once with -Once, and skips refused pods' {
        $result = Invoke-NodeDrain worker-1b-01 -DeleteEmptyDirData -Once -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $result.Status | Should -Be 'Blocked'
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'EvictionBlocked,*'
        ($result.Pods | Where-Object Outcome -eq Blocked).Attempts | Should -Be 1
    }

    It 'reports with -Once that the server was busy, if no PDB refused' {
        Set-SandboxFault ApiThrottled -Name evictions -Resource pods/eviction -Verb create -Session $session
        $result = Invoke-NodeDrain $plan.Node -DeleteEmptyDirData -DeleteUnmanagedPod -Once -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Clear-SandboxFault evictions -Session $session
        $result.Status | Should -Be 'Blocked'
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'EvictionFailed,*'
        $failures[0].CategoryInfo.Category | Should -Be 'ResourceBusy'
        ($result.Pods | Where-Object Outcome -eq Failed).Reason | Sort-Object -Unique | Should -Match 'too many requests'
    }
}

Describe 'Get-NodeDrainPlan of several nodes' {
    BeforeAll { $session = Connect-NodeManager -Sandbox }

    AfterAll { Disconnect-NodeManager -Session $session }

    It 'reports how many pods of a PDB can be evicted now, and the outlook of the others' {
        $plans = Get-NodeDrainPlan '*' -DeleteEmptyDirData -DeleteUnmanagedPod
        $shared = $plans.Pods.Budgets | Where-Object { $_.Leaving -gt $_.DisruptionsAllowed -and $_.DisruptionsAllowed -gt 0 } | Select-Object -First 1
        $shared | Should -Not -BeNullOrEmpty
        $shared.Outlook | Should -BeIn 'Slow', 'Never'
        $shared.OutlookReason | Should -BeLike "*of the $($shared.Leaving) pods to evict*"
        ($plans | Measure-Object WaitForTurn -Sum).Sum | Should -BeGreaterThan 0
    }

    It 'reports with -Surge the pods to surge' {
        $pod = (Get-NodeDrainPlan worker-1b-01 -DeleteEmptyDirData -Surge).Pods | Where-Object Name -like 'ledger-*'
        $pod.Surges | Should -BeTrue
        $pod.SurgeRefusal | Should -BeNullOrEmpty
        (Get-NodeDrainPlan worker-1b-01 -DeleteEmptyDirData).Pods.Surges | Should -Not -Contain $true
    }
}
