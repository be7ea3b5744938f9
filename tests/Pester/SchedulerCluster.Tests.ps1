#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
}

Describe 'A scheduler of a cluster' {
    BeforeEach {
        $session = Connect-NodeManager -Sandbox
    }

    AfterEach {
        Disconnect-NodeManager -Session $session
    }

    It 'is found, with its plugins' {
        $scheduler = Get-SchedulerConfiguration
        "$($scheduler.Namespace)/$($scheduler.Deployment) $($scheduler.ConfigMap) $($scheduler.Key)" |
            Should -BeExactly 'kube-system/rescheduler-scheduler rescheduler-config config.yaml'
        (Get-SchedulerPlugin Rescheduler).ExtensionPoint | Sort-Object | Should -Be 'filter', 'preBind', 'reserve', 'score'
        Get-SchedulerPlugin Rescheduler | ForEach-Object Cluster | Select-Object -Unique | Should -BeExactly $session.Cluster
        (Test-SchedulerConfiguration).Findings | Should -BeNullOrEmpty
    }

    It 'runs with a change, which is stored with user, reason and difference' {
        Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 70.5 } -Reason 'busy nodes'
        (Get-SchedulerPlugin Rescheduler -ExtensionPoint score).Arguments | Should -Match 'cpuThreshold: 70\.5'
        $now = Get-SchedulerConfiguration
        $now.Revision, $now.RunningRevision, $now.IsStale | Should -Be 2, 2, $false
        $kept = Get-SchedulerConfigurationBackup
        $kept.Revision | Should -Be 2, 1
        $kept[0].Reason | Should -BeExactly 'busy nodes'
        $kept[0].Changes[0] | Should -Match 'cpuThreshold: 80\.0 -> 70\.5'
        $kept[0].By | Should -Match '@'
        (Compare-SchedulerConfiguration).Path | Should -Match 'cpuThreshold'
        Compare-SchedulerConfiguration 1 2 -Unified | Should -Match '(?m)^\+\s+cpuThreshold: 70\.5'
    }

    It 'keeps running unchanged with -NoRestart, and applies the change after a restart' {
        Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 70.0 } -WarningAction Ignore
        Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 60.0 } -NoRestart -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -Match 'a crash also applies it'
        (Get-SchedulerConfiguration -WarningAction Ignore).IsStale | Should -BeTrue
        (Test-SchedulerHealth | Where-Object Check -EQ Revision).Status | Should -Be 'Warning'
        $result = Get-SchedulerConfiguration -WarningAction Ignore | Restart-Scheduler
        $result.Status, $result.Revision, $result.FormerRevision | Should -Be 'Restarted', 3, 2
        $result.Leader | Should -Match '^rescheduler-scheduler-'
        (Test-SchedulerHealth | Where-Object Check -EQ Revision).Status | Should -Be 'Healthy'
    }

    It 'is rolled back if it does not start, with the reason' {
        $before = (Get-SchedulerConfiguration).Text
        Set-SchedulerConfiguration -Text ($before + "parallelism: 0`n") -Force -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue -WarningAction Ignore
        $failed[0].FullyQualifiedErrorId | Should -Match '^SchedulerRestartFailed'
        "$($failed[0])" | Should -Match 'CrashLoopBackOff|restarted 2 times'
        "$($failed[0])" | Should -Match 'parallelism: must be greater than 0'
        (Get-SchedulerConfiguration).Text | Should -BeExactly $before
        (Get-SchedulerConfigurationBackup)[0].Action | Should -BeExactly 'Roll back to revision 1'
    }

    It 'is restored by revision, by file and from the pipeline' {
        $before = (Get-SchedulerConfiguration).Text
        $file = Join-Path $TestDrive 'kept.yaml'
        (Backup-SchedulerConfiguration -Path $file).Revision | Should -Be 1
        Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 70.0 } -NoRestart -WarningAction Ignore
        Restore-SchedulerConfiguration 1 -NoRestart -Confirm:$false -WarningAction Ignore
        (Get-SchedulerConfiguration).Text | Should -BeExactly $before
        Get-SchedulerConfigurationBackup 2 | Restore-SchedulerConfiguration -Confirm:$false -WarningAction Ignore
        (Get-SchedulerConfiguration).Text | Should -Match 'cpuThreshold: 70\.0'
        Restore-SchedulerConfiguration -File $file -NoRestart -Confirm:$false -WarningAction Ignore
        (Get-SchedulerConfiguration -WarningAction Ignore).Text | Should -BeExactly $before
    }

    It 'is not changed with -WhatIf' {
        Enable-SchedulerPlugin TargetLoadPacking -ExtensionPoint score -WhatIf
        Restart-Scheduler -WhatIf
        Get-SchedulerConfigurationBackup | Should -BeNullOrEmpty
    }

    It 'is selected by the configuration of the session' {
        Set-NodeManagerConfiguration -SchedulerNamespace kube-system -SchedulerConfigMap nowhere
        Get-SchedulerConfiguration -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Match '^SchedulerConfigurationNotFound'
        Set-NodeManagerConfiguration -SchedulerConfigMap $null
        (Get-SchedulerConfiguration).ConfigMap | Should -BeExactly 'rescheduler-config'
    }

    It 'is selected in each of several clusters' {
        $other = Connect-NodeManager -Sandbox
        try {
            Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 65.0 } -Session $session, $other
            $all = Get-SchedulerConfiguration -Session $session, $other
            $all.Cluster | Sort-Object | Should -Be (@($session.Cluster, $other.Cluster) | Sort-Object)
            $all.RunningRevision | Should -Be 2, 2
            Compare-SchedulerConfiguration $all[0] $all[1] | Should -BeNullOrEmpty
        }
        finally {
            Disconnect-NodeManager -Session $other
        }
    }
}
