BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $WarningPreference = 'SilentlyContinue'
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Repair-ClusterNode' {
    BeforeAll {
        # One of its nodes has been unreachable for half an hour.
        $null = Connect-NodeManager -Sandbox -SandboxSpeed 20
        $broken = (Test-NodeHealth -Severity Critical | Where-Object { $_.Findings.Cause -contains 'Unreachable' }).Name
        $policy = @{ Action = 'Drain'; DeleteEmptyDirData = $true; DeleteUnmanagedPod = $true; CoolDown = 0 }
    }

    It 'plans with -WhatIf, and changes nothing' {
        $plan = Repair-ClusterNode @policy -WhatIf
        $plan | Should -BeOfType NodeManager.NodeRepairResult
        $plan.Node | Should -Be $broken
        $plan.Status | Should -Be 'Planned'
        $plan.Cause | Should -Be 'Unreachable'
        "$($plan.Steps)" | Should -Be 'Drain'
        (Get-ClusterNode $broken).Unschedulable | Should -BeFalse
    }

    It 'reports why a node is not repaired' {
        (Repair-ClusterNode @policy -MinHealthy 100% -Confirm:$false).Reason | Should -Be 'TooFewHealthy'
        (Get-ClusterNode $broken | Repair-ClusterNode @policy -WhatIf).Status | Should -Be 'Planned' -Because 'the minimum counts the cluster, not the nodes that are named'
        (Repair-ClusterNode $broken @policy -WhatIf).Status | Should -Be 'Planned'
        (Repair-ClusterNode $broken @policy -MinHealthy 100% -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue).Reason | Should -Be 'TooFewHealthy'
        $failed[0].FullyQualifiedErrorId | Should -Be 'NodeNotRepaired,NodeManager.Commands.RepairClusterNodeCommand'
        $failed[0].TargetObject | Should -Be $broken
        (Repair-ClusterNode @policy -UnhealthyFor 48h -Confirm:$false).Reason | Should -Be 'TooRecent'
        Repair-ClusterNode @policy -Cause DiskPressure -Confirm:$false | Should -BeNullOrEmpty
    }

    It 'accepts findings and health as the nodes to repair, limited by the whole cluster' {
        (Test-NodeHealth $broken | Repair-ClusterNode @policy -WhatIf).Status | Should -Be 'Planned'
        ((Test-NodeHealth $broken).Findings | Repair-ClusterNode @policy -WhatIf).Status | Should -Be 'Planned'
        $healthy = (Get-ClusterNode -Status Ready | Select-Object -First 1).Name
        (Test-NodeHealth $healthy | Repair-ClusterNode @policy -WhatIf).Reason | Should -Be 'Healthy'
    }

    It 'reports a node without a machine, and does not change it' {
        $result = Repair-ClusterNode -Action Restart -CoolDown 0 -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
        $result.Reason | Should -Be 'NoMachine'
        $failed[0].FullyQualifiedErrorId | Should -Be 'NodeHasNoMachine,NodeManager.Commands.RepairClusterNodeCommand'
        (Get-ClusterNode $broken).Unschedulable | Should -BeFalse
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a minimum that is none'; With = @{ MinHealthy = 'half' }; Id = 'RepairInvalid' }
        @{ Name = 'a percentage beyond 100'; With = @{ MinHealthy = '101%' }; Id = 'RepairInvalid' }
        @{ Name = 'no time to escalate'; With = @{ EscalateAfter = 0 }; Id = 'RepairInvalid' }
        @{ Name = 'an unknown node'; With = @{ Name = 'missing' }; Id = 'NodeNotFound' }
    ) {
        { Repair-ClusterNode -Action Drain @With -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
    }

    It 'drains, and uncordons the node when it is healthy' {
        $drained = Repair-ClusterNode @policy -Confirm:$false
        $drained.Status | Should -Be 'Drained'
        $drained.Node | Should -Be $broken
        (Get-ClusterNode $broken).Unschedulable | Should -BeTrue
        $drained | Format-Table | Out-String -Width 80 | Should -Match $broken
        $drained | Format-List | Out-String | Should -Match 'Drain '
    }

    It 'repairs in a job as nodes fail' {
        $node = (Get-ClusterNode -Status Ready -Selector '!node-role.kubernetes.io/control-plane' | Where-Object Unschedulable -eq $false | Select-Object -First 1).Name
        $job = Repair-ClusterNode -Action Cordon -UnhealthyFor 0 -CoolDown 0 -MaxPerPool 9 -AsJob -JobName repairs -Confirm:$false
        try {
            $job.PSJobTypeName | Should -Be 'NodeRepair'
            Set-SandboxFault NodeProblem $node -Condition KernelDeadlock
            $deadline = [DateTime]::UtcNow.AddMinutes(3)
            while (@($job.Output).Node -notcontains $node -and [DateTime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 100 }
            $first = @(@($job.Output) | Where-Object Node -eq $node)[0]
            $first.Status | Should -Be 'Cordoned' -Because "$($first.Reason): $($first.Message)"
            (Get-ClusterNode $node).Unschedulable | Should -BeTrue
            # It puts the node back into service by itself.
            Get-SandboxFault | Clear-SandboxFault
            while (@($job.Output).Status -notcontains 'Recovered' -and [DateTime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 100 }
            @($job.Output).Status | Should -Contain 'Recovered'
            (Get-ClusterNode $node).Unschedulable | Should -BeFalse
        } finally {
            Get-SandboxFault | Clear-SandboxFault
            $job | Stop-Job -PassThru | Remove-Job
        }
    }
}
