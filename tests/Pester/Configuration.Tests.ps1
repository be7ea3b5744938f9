BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Get- and Set-NodeManagerConfiguration' {
    BeforeEach { $session = Connect-NodeManager -Sandbox }

    AfterEach { Disconnect-NodeManager -Session $session }

    It 'starts with metrics on and no limits of its own' {
        $configuration = Get-NodeManagerConfiguration
        $configuration.Cluster | Should -Be $session.Cluster
        $configuration.MetricsEnabled | Should -BeTrue
        $configuration.DrainTimeout | Should -BeNullOrEmpty
        $configuration.DrainGracePeriod | Should -BeNullOrEmpty
    }

    It 'changes what is named and leaves the rest, in the session given only' {
        $other = Connect-NodeManager -Sandbox
        Set-NodeManagerConfiguration -Session $session -DrainTimeout 5m -DrainGracePeriod 30
        Set-NodeManagerConfiguration -Session $session -MetricsEnabled $false
        $configuration = Get-NodeManagerConfiguration -Session $session
        $configuration.DrainTimeout | Should -Be ([timespan]'00:05:00')
        $configuration.DrainGracePeriod | Should -Be ([timespan]'00:00:30')
        $configuration.MetricsEnabled | Should -BeFalse
        (Get-NodeManagerConfiguration -Session $other).MetricsEnabled | Should -BeTrue
        Disconnect-NodeManager -Session $other
    }

    It 'takes a limit away again with $null' {
        Set-NodeManagerConfiguration -DrainTimeout 5m
        (Set-NodeManagerConfiguration -DrainTimeout $null -PassThru).DrainTimeout | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        Set-NodeManagerConfiguration -MetricsEnabled $false -WhatIf
        (Get-NodeManagerConfiguration).MetricsEnabled | Should -BeTrue
    }

    It 'refuses a negative duration' {
        { Set-NodeManagerConfiguration -DrainTimeout -1 } | Should -Throw -ErrorId 'InvalidDuration,NodeManager.Commands.SetNodeManagerConfigurationCommand'
    }

    It 'keeps metrics from being asked for, without a warning' {
        Set-NodeManagerConfiguration -MetricsEnabled $false
        $node = Get-ClusterNode worker-1c-01 -Usage -WarningVariable warnings
        $node.Usage | Should -BeNullOrEmpty
        $node.PodCount | Should -BeGreaterThan 0
        $warnings | Should -BeNullOrEmpty
        (Get-ClusterStatistic).Used | Should -BeNullOrEmpty
    }

    It 'gives drains their time where they say nothing themselves' {
        Set-NodeManagerConfiguration -DrainTimeout 1 -DrainGracePeriod 7
        (Get-NodeDrainPlan worker-1a-01 -DeleteEmptyDirData -DeleteUnmanagedPod).Pods.Where{ $_.Decision -eq 'Evict' }[0].GracePeriodSeconds | Should -Be 7
        $result = Invoke-NodeDrain worker-1a-01 -DeleteEmptyDirData -DeleteUnmanagedPod -Confirm:$false -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $result.Status | Should -Be 'TimedOut'
    }
}
