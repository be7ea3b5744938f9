#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# A pool of simulated machines on the embedded cluster is rolled, from PowerShell.
BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxPort 0 -SandboxSpeed 10
    $ConfirmPreference = 'None'

    . "$PSScriptRoot/NodeSmith.ps1"

    function Set-Tier([string] $Tier) {
        $null = Send PATCH "$collection/nodesmithpools/small" @{ spec = @{ machineTemplate = @{ labels = @{ tier = $Tier } } } } 'application/merge-patch+json'
    }

    $null = Start-NodeAutoscaler
    Wait-Until { @(Get-NodeClaim | Where-Object Status -EQ Ready).Count -eq 2 }
}

AfterAll {
    Get-Job | Where-Object PSJobTypeName -in NodeAutoscaler, NodePoolUpdate | Remove-Job -Force
    $session | Disconnect-NodeManager
}

Describe 'Update-NodePool' {
    It 'changes nothing if no node is outdated' {
        $update = Update-NodePool small -Provider Cluster
        $update.Status | Should -BeExactly Completed
        $update.Message | Should -BeExactly 'No node is outdated.'
        Get-NodePoolUpdate | Should -BeNullOrEmpty
    }

    It 'shows with -WhatIf the nodes to replace, the reason and the replacement' {
        Set-Tier b
        $plan = Update-NodePool small -Provider Cluster -WhatIf
        $plan | Should -BeOfType NodeManager.NodePoolUpdatePlan
        $plan.Turn | Should -Be 1, 2
        $plan.Node | Sort-Object | Should -Be small-1, small-2
        $plan[0].Reasons | Should -Be 'label tier: a -> b'
        $plan[0].Replacement | Should -Be '2 cores, 2048 MiB'
        (Get-NodeClaim).Count | Should -Be 2
        (Update-NodePool small -Provider Cluster -WhatIf -Strategy BlueGreen).Turn | Should -Be 1, 1
    }

    It 'replaces outdated nodes' {
        $update = Update-NodePool small -Provider Cluster
        $update.Status | Should -BeExactly Completed
        $update.Removed | Should -Be 2
        (Get-ClusterNode -Name small-*).ForEach{ $_.Labels['tier'] } | Should -Be b, b
        $known = Get-NodePoolUpdate small
        $known.Id | Should -BeExactly $update.Id
        $known.EndedAt | Should -Not -BeNullOrEmpty
        ($known | Format-Table | Out-String -Width 80).Split("`n").TrimEnd().Length | Sort-Object | Select-Object -Last 1 | Should -BeLessOrEqual 80
    }

    It 'runs as a job, and is paused, changed and rolled back from another session' {
        Set-Tier c
        $job = Update-NodePool small -Provider Cluster -AsJob -SoakTime 1h
        $job.PSJobTypeName | Should -BeExactly NodePoolUpdate
        Wait-Until { (Get-NodePoolUpdate small).Status -eq 'Running' -and (Get-NodePoolUpdate small).Message }
        Suspend-NodePoolUpdate small
        Wait-Until { (Get-NodePoolUpdate small).Status -eq 'Paused' }
        $changed = Get-NodePoolUpdate small | Set-NodePoolUpdate -DrainTimeout 90 -MaxSurge 50% -PassThru
        $changed.DrainTimeout | Should -Be ([timespan]'00:01:30')
        $changed.MaxSurge | Should -BeExactly 50%
        $null = Stop-NodePoolUpdate small -Rollback
        $null = Wait-Job $job -Timeout 300
        $update = Receive-Job $job -ErrorAction SilentlyContinue -ErrorVariable failures
        $update.Status | Should -BeExactly RolledBack
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'PoolUpdateRolledBack*'
        (Get-ClusterNode -Name small-*).ForEach{ $_.Labels['tier'] } | Should -Be b, b
        (Send GET "$collection/nodesmithpools/small").spec.machineTemplate.labels.tier | Should -BeExactly b
    }

    It 'continues an interrupted update in another process' {
        Set-Tier d
        $job = Update-NodePool small -Provider Cluster -AsJob -SoakTime 1h
        Wait-Until { (Get-NodePoolUpdate small).Status -eq 'Running' }
        Stop-Job $job
        (Get-NodePoolUpdate small).Status | Should -BeExactly Interrupted
        # It keeps its options, so it is ended here.
        $update = Stop-NodePoolUpdate small
        $update.Status | Should -BeExactly Stopped
        (Get-ClusterNode -Name small-*).Where{ $_.Unschedulable } | Should -BeNullOrEmpty
    }

    It 'refuses unsupported options' {
        { Update-NodePool nowhere -Provider Cluster -ErrorAction Stop } | Should -Throw -ErrorId 'NodePoolNotFound,*'
        { Update-NodePool small -Provider Cluster -MaxSurge 0 -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Update-NodePool small -Provider Cluster -MaxSurge lots -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Update-NodePool small -Provider Cluster -Strategy BlueGreen -MaxSurge 2 -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Update-NodePool small -Provider Cluster -KeepOldTime 5m -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Set-NodePoolUpdate small -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Suspend-NodePoolUpdate small -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Get-NodePoolUpdate nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateNotFound,*'
    }
}

Describe 'Update-NodePool for pools of a service' {
    BeforeAll {
        $null = New-NodePool web -Platform (New-NodePoolPlatform gcp n1-standard-4) -NodeCount 2 | Wait-NodePool
    }

    It 'refuses a surge with the reason in every command' {
        { Update-NodePool web -MaxSurge 2 -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateUnsupported,*' -ExpectedMessage '*selects the nodes itself*'
        { Get-NodePool web | Update-NodePool -MaxUnavailable 1 -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateUnsupported,*'
        { Update-NodePool web -Strategy Surge -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateUnsupported,*'
        { Update-NodePool web -DrainTimeout 5m -MachineType n1-standard-8 -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Update-NodePool web -Strategy BlueGreen -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
        { Update-NodePool small -Provider Cluster -MachineType n1-standard-8 -ErrorAction Stop } | Should -Throw -ErrorId 'PoolUpdateInvalid,*'
    }

    It 'shows the roll of the service with -WhatIf, and follows it' {
        $plan = Update-NodePool web -MachineType n1-standard-8 -WhatIf
        $plan | Should -BeOfType NodeManager.NodePoolPlan
        $plan.Effect | Should -BeExactly RollsNodes
        $update = Update-NodePool web -MachineType n1-standard-8
        $update.Status | Should -BeExactly Completed
        $update.Strategy | Should -BeExactly Follow
        $update.Removed | Should -Be 2
        $update.Namespace | Should -BeExactly nodemanager
        (Get-NodePool web).Spec.Platform.MachineType | Should -BeExactly n1-standard-8
    }

    It 'replaces the pool with a second one, visible from another session' {
        $plan = Get-NodePool web | Update-NodePool -Strategy BlueGreen -Patch @{ platform = @{ gcp = @{ machineType = 'n1-standard-4' } } } -WhatIf
        $plan.Replacement | Should -Be 'node of pool web-2', 'node of pool web-2'
        Get-NodePool web-2 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $job = Get-NodePool web | Update-NodePool -Strategy BlueGreen -MachineType n1-standard-4 -Label @{ tier = 'web' } -KeepOldTime 1h -AsJob
        Wait-Until { @((Get-NodePoolUpdate web).Nodes | Where-Object Status -EQ Drained).Count -eq 2 }
        (Get-NodePoolUpdate web -Provider Service).SecondPool | Should -BeExactly web-2
        (Get-NodePool web-2).Spec.Platform.Labels['tier'] | Should -BeExactly web
        Get-NodePoolUpdate web -Provider Cluster -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Stop-Job $job
        # Continued here, and taken back: the first pool is still there.
        $update = Stop-NodePoolUpdate web -Rollback
        $update.Status | Should -BeExactly RolledBack
        (Get-NodePool).Name | Should -Contain web
        (Get-NodePool).Name | Should -Not -Contain web-2
        (Get-ClusterNode -Pool web).Where{ $_.Unschedulable } | Should -BeNullOrEmpty
    }
}
