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

    It 'changes only the named options of the specified session' {
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

    It 'removes a limit with $null' {
        Set-NodeManagerConfiguration -DrainTimeout 5m
        (Set-NodeManagerConfiguration -DrainTimeout $null -PassThru).DrainTimeout | Should -BeNullOrEmpty
    }

    It 'takes the limit of unavailable pods as a number, a percentage or Off' {
        foreach ($limit in 3, '10%', 'Off') {
            (Set-NodeManagerConfiguration -WorkloadMaxUnavailable $limit -WorkloadWait 30 -PassThru).WorkloadMaxUnavailable | Should -Be $limit
        }
        { Set-NodeManagerConfiguration -WorkloadMaxUnavailable '120%' } | Should -Throw -ErrorId 'ConfigurationValueInvalid,*'
        Set-NodeManagerConfiguration -WorkloadMaxUnavailable $null -WorkloadWait $null
        (Get-NodeManagerConfiguration).WorkloadMaxUnavailable | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        Set-NodeManagerConfiguration -MetricsEnabled $false -WhatIf
        (Get-NodeManagerConfiguration).MetricsEnabled | Should -BeTrue
    }

    It 'refuses a negative duration' {
        { Set-NodeManagerConfiguration -DrainTimeout -1 } | Should -Throw -ErrorId 'InvalidDuration,NodeManager.Commands.SetNodeManagerConfigurationCommand'
    }

    It 'disables metrics requests without a warning' {
        Set-NodeManagerConfiguration -MetricsEnabled $false
        $node = Get-ClusterNode worker-1c-01 -Usage -WarningVariable warnings
        $node.Usage | Should -BeNullOrEmpty
        $node.PodCount | Should -BeGreaterThan 0
        $warnings | Should -BeNullOrEmpty
        (Get-ClusterStatistic).Used | Should -BeNullOrEmpty
    }

    It 'sets the default timeout of drains' {
        Set-NodeManagerConfiguration -DrainTimeout 1 -DrainGracePeriod 7
        (Get-NodeDrainPlan worker-1a-01 -DeleteEmptyDirData -DeleteUnmanagedPod).Pods.Where{ $_.Decision -eq 'Evict' }[0].GracePeriodSeconds | Should -Be 7
        $result = Invoke-NodeDrain worker-1a-01 -DeleteEmptyDirData -DeleteUnmanagedPod -Confirm:$false -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $result.Status | Should -Be 'TimedOut'
    }
}

Describe 'The layers of a configuration' {
    BeforeAll {
        $kept = $env:XDG_CONFIG_HOME
        # Where a user's configuration is on this system.
        $applicationData = if ($IsLinux) { $env:XDG_CONFIG_HOME = "$TestDrive/home"; "$TestDrive/home" }
    }

    BeforeEach {
        Get-NodeManagerSession | Disconnect-NodeManager
        $project = New-Item -ItemType Directory "$TestDrive/project-$([guid]::NewGuid())"
        Push-Location $project
    }

    AfterEach {
        Pop-Location
        Remove-Item env:NODEMANAGER_* -ErrorAction Ignore
        if ($applicationData) { Remove-Item $applicationData -Recurse -Force -ErrorAction Ignore }
    }

    AfterAll { $env:XDG_CONFIG_HOME = $kept }

    It 'is read without a session and without a kubeconfig' {
        $shell = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command {
            param($module)
            $env:KUBECONFIG = '/nowhere'
            Import-Module $module
            (Get-NodeManagerConfiguration).MaxNodes
            @(Get-NodeManagerConfiguration -Show).Count
            @(Get-NodeManagerSession).Count
        } -args "$PSScriptRoot/../../NodeManager.psd1"
        $shell | Should -Be 10, 22, 0
    }

    It 'reports where each value comes from' {
        Set-Content nodemanager.json '{ "maxNodes": 30, "nodeSelectionStrategy": "most-resources" }'
        $env:NODEMANAGER_MIN_NODES = 4
        $null = Connect-NodeManager -Sandbox
        Set-NodeManagerConfiguration -ScaleUpThreshold 72.5
        $shown = Get-NodeManagerConfiguration -Show | Group-Object Name -AsHashTable
        $shown.maxNodes.Value, $shown.maxNodes.Source | Should -Be 30, (Resolve-Path nodemanager.json).Path
        $shown.nodeSelectionStrategy.Value | Should -Be 'MostResources'
        $shown.minNodes.Value, $shown.minNodes.Source | Should -Be 4, 'NODEMANAGER_MIN_NODES'
        $shown.scaleUpThreshold.Value, $shown.scaleUpThreshold.Source | Should -Be 72.5, 'Session'
        $shown.scaleDownThreshold.Value, $shown.scaleDownThreshold.Source | Should -Be 20, 'Built-in'
    }

    It 'refuses to connect with a broken file, and names file, line and field' {
        Set-Content nodemanager.json "{`n  `"maxNodes`": 0`n}"
        { Connect-NodeManager -Sandbox } | Should -Throw -ErrorId 'ConfigurationFileInvalid,NodeManager.Commands.ConnectNodeManagerCommand' -ExpectedMessage "*nodemanager.json', line 2, field 'maxNodes'*"
        { Set-NodeManagerConfiguration -Scope Project -MinNodes 2 } | Should -Throw -ErrorId 'ConfigurationFileInvalid,*'
        Get-Content nodemanager.json -Raw | Should -BeLike "*`"maxNodes`": 0*"
    }

    It 'reports a file that does not exist' {
        $null = Connect-NodeManager -Sandbox
        { Set-NodeManagerConfiguration missing.json -MaxNodes 12 } | Should -Throw -ErrorId 'ConfigurationFileUnreadable,NodeManager.Commands.SetNodeManagerConfigurationCommand' -ExpectedMessage '*missing.json*'
        (Get-NodeManagerConfiguration).MaxNodes | Should -Be 10
    }

    It 'uses the options of a file in the session' {
        $session = Connect-NodeManager -Sandbox
        Set-Content options.json '{ "nodeSelectionStrategy": "least-sessions", "healthCheckInterval": 90, "metricsEnabled": true, "alertOnNodeFailure": false }'
        $configuration = Set-NodeManagerConfiguration options.json -MaxNodes 12 -PassThru
        $configuration.HealthCheckInterval | Should -Be ([timespan]'00:01:30')
        $configuration.AlertOnNodeFailure | Should -BeFalse
        $configuration.MaxNodes | Should -Be 12
    }

    It 'writes the project file, and nothing with -WhatIf' {
        Set-NodeManagerConfiguration -Scope Project -MinNodes 2 -DrainTimeout 10m -WhatIf
        'nodemanager.json' | Should -Not -Exist
        Set-NodeManagerConfiguration -Scope Project -MinNodes 2 -DrainTimeout 10m
        (Get-NodeManagerConfiguration).DrainTimeout | Should -Be ([timespan]'00:10:00')
    }

    It 'writes the user file' -Skip:(-not $IsLinux) {
        Set-NodeManagerConfiguration -Scope User -MaxNodes 77
        "$applicationData/nodemanager/config.json" | Should -Exist
        (Get-NodeManagerConfiguration).MaxNodes | Should -Be 77
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a value out of bounds'; Options = @{ ScaleUpThreshold = 96 }; Message = '*a number from 50 to 95*' }
        @{ Name = 'fewer than the minimum'; Options = @{ MinNodes = 11 }; Message = '*minNodes 11 (Session) must be at most maxNodes 10 (Built-in)*' }
        @{ Name = 'an unknown strategy'; Options = @{ NodeSelectionStrategy = 'best' }; Message = '*one of LeastSessions, MostResources, Random, RoundRobin*' }
        @{ Name = 'a short interval'; Options = @{ HealthCheckInterval = 5 }; Message = '*30 to 600 seconds*' }
    ) {
        $null = Connect-NodeManager -Sandbox
        { Set-NodeManagerConfiguration @Options } | Should -Throw -ErrorId 'ConfigurationValueInvalid,NodeManager.Commands.SetNodeManagerConfigurationCommand' -ExpectedMessage $Message
        (Get-NodeManagerConfiguration -Show).Source | Should -Not -Contain 'Session'
    }

    It 'completes strategies' {
        (TabExpansion2 'Set-NodeManagerConfiguration -NodeSelectionStrategy r').CompletionMatches.CompletionText | Should -Be 'Random', 'RoundRobin'
    }
}
