BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $locale = $env:LC_ALL
    $env:LC_ALL = 'C.UTF-8'
}

AfterAll {
    $env:LC_ALL = $locale
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Show-ClusterHealth' {
    BeforeEach { $session = Connect-NodeManager -Sandbox }

    AfterEach { Get-NodeManagerSession | Disconnect-NodeManager }

    It 'shows health and resources as text' {
        $lines = Show-ClusterHealth | ForEach-Object { $_ -replace '\e\[[0-9;]*m' }
        $lines | Should -BeOfType string
        $text = $lines -join "`n"
        $statistic = Get-ClusterStatistic
        $text | Should -BeLike "*Cluster Health*$($session.Cluster)*$($statistic.Ready) of $($statistic.Nodes) ready, $($statistic.NotReady) not ready, $($statistic.Cordoned) cordoned*Node Resources*usage * old*"
        $text | Should -Match 'Critical +worker-1b-02 Unreachable'
        $text | Should -Match 'cpu +[█▏▎▍▌▋▊▉░]{12} +\d+% +[█▏▎▍▌▋▊▉░]{12} +\d+% +[\d.]+ cores'
    }

    It 'fits <Width> columns' -ForEach @(@{ Width = 40 }, @{ Width = 80 }, @{ Width = 131 }, @{ Width = 132 }, @{ Width = 200 }) {
        # Without a terminal the width is the usual one; the drawing itself is asked here.
        $assembly = (Get-Command Show-ClusterHealth).ImplementingType.Assembly
        $draw = $assembly.GetType('NodeManager.Formats.HealthScreen').GetMethod('Draw')
        $core = [System.Runtime.Loader.AssemblyLoadContext]::All.Assemblies | Where-Object { $_.GetName().Name -eq 'NodeManager.Monitoring' } | Select-Object -First 1
        $type = $core.GetType('NodeManager.Monitoring.Screens.ClusterScreen')
        $nodes = [NodeManager.ClusterNode[]] @(Get-ClusterNode -Usage)
        $arguments = [object[]] @([DateTimeOffset]::UnixEpoch, (Get-ClusterStatistic).PSObject.BaseObject, $nodes, [NodeManager.NodeFinding[]]::new(0))
        $screen = $type.GetConstructors()[0].Invoke($arguments)
        $limits = [Activator]::CreateInstance($draw.GetParameters()[2].ParameterType, [object[]] @(75, 90))
        $lines = $draw.Invoke($null, [object[]] @($screen, $Width, $limits)) | ForEach-Object { $_ -replace '\e\[[0-9;]*m' }
        if ($Width -ge 80) { ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $Width }
        $lines[0] -match 'Cluster Health.*Node Resources' | Should -Be ($Width -ge 132)
    }

    It 'marks shares above the thresholds, also without color' {
        $node = (Get-ClusterNode -Usage | Where-Object Usage | Sort-Object { $_.Usage.CpuPercent } | Select-Object -Last 1)
        # Well below: each screen reads the usage again.
        $percent = [int] [Math]::Floor($node.Usage.CpuPercent / 2)
        $percent | Should -BeGreaterThan 1
        $line = "$($node.Name) .* \d+%{0} "
        (Show-ClusterHealth) -replace '\e\[[0-9;]*m' -join "`n" | Should -Not -Match '%!'
        (Show-ClusterHealth -WarningThreshold $percent) -replace '\e\[[0-9;]*m' -join "`n" | Should -Match ($line -f '!')
        (Show-ClusterHealth -WarningThreshold 1 -CriticalThreshold $percent) -replace '\e\[[0-9;]*m' -join "`n" | Should -Match ($line -f '!!')
        { Show-ClusterHealth -WarningThreshold 95 } | Should -Throw -ErrorId 'ConfigurationValueInvalid,*'
        { Show-ClusterHealth -WarningThreshold 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'uses ASCII in a terminal with the C locale' {
        $env:LC_ALL = 'C'
        (Show-ClusterHealth) -replace '\e\[[0-9;]*m' -join "`n" | Should -Match '^[\x20-\x7e\n]+$'
        $env:LC_ALL = 'C.UTF-8'
    }

    It 'redraws on a change' {
        $module = "$PSScriptRoot/../../NodeManager.psd1"
        $before = (Get-ClusterStatistic).Cordoned
        $job = Start-ThreadJob { Import-Module $using:module; Start-Sleep 2; Suspend-NodeScheduling worker-1c-01 -Session $using:session }
        $screen = Show-ClusterHealth -Watch | Where-Object { $_ -match "$($before + 1) cordoned" } | Select-Object -First 1
        $screen | Should -BeLike '*Cluster Health*'
        $job | Receive-Job -Wait -AutoRemoveJob
    }

    It 'ends its watch with the pipeline' {
        $screens = @(Show-ClusterHealth -Watch | Select-Object -First 1)
        $screens.Count | Should -Be 1
        $screens[0] | Should -BeLike '*Node Resources*'
        # No cursor is moved where the screens go to a later command.
        $screens[0] | Should -Not -Match '\e\[\d+A'
    }

    It 'continues without metrics' {
        Set-SandboxFault MetricsUnavailable
        $text = (Show-ClusterHealth -WarningVariable warnings -WarningAction SilentlyContinue) -join "`n"
        $warnings | Should -BeLike 'The metrics API is unavailable; usage is not shown:*'
        $text | Should -BeLike '*usage unknown*'
        $text | Should -Match '(?m)^most requested +cpu '
    }
}
