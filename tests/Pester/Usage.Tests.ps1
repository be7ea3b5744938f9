BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $rendering = $PSStyle.OutputRendering
    $locale = $env:LC_ALL
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    $env:LC_ALL = $locale
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Get-NodeUsage' {
    BeforeAll {
        $null = Connect-NodeManager -Sandbox
        $one = Get-NodeUsage
        $window = Get-NodeUsage worker-* -Window 2s -Sample 1s
    }

    AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

    BeforeEach {
        $PSStyle.OutputRendering = 'PlainText'
        $env:LC_ALL = 'C.UTF-8'
    }

    It 'takes one sample of every node by default' {
        $one.Count | Should -Be (Get-ClusterNode).Count
        $one | Should -BeOfType NodeManager.NodeUsageSeries
        $one | ForEach-Object { $_.Samples.Count | Should -Be 1 }
        $ready = $one | Where-Object Status -eq Complete
        $ready.Count | Should -BeGreaterThan 5
        $ready[0].Cpu.Latest | Should -BeGreaterThan 0
        $ready[0].Memory.Allocatable | Should -BeGreaterThan 1gb
        $ready[0].Age.TotalSeconds | Should -BeLessThan 60
    }

    It 'marks a node that is not measured' {
        $silent = $one | Where-Object Status -eq Missing
        (Get-ClusterNode $silent.Node).Status | Should -Be 'Unknown'
        $silent.Cpu | Should -BeNullOrEmpty
        $silent.Message | Should -BeLike '*no metrics*'
    }

    It 'samples over a window' {
        $window.Node | Should -Be (Get-ClusterNode worker-*).Name
        $window | ForEach-Object { $_.Samples.Count | Should -Be 3 }
        $first = $window[0]
        $first.Cpu.Minimum | Should -BeLessOrEqual $first.Cpu.Mean
        $first.Cpu.Mean | Should -BeLessOrEqual $first.Cpu.Maximum
        $first.Cpu.Percentile95 | Should -BeLessOrEqual $first.Cpu.Maximum
        $first.ObservedAt - $first.StartedAt | Should -BeGreaterOrEqual ([timespan]'0:0:1.9')
    }

    It 'passes samples to the pipeline, and can be used as a node' {
        ($window[0] | Get-ClusterNode).Uid | Should -Be $window[0].NodeUid
        (Get-ClusterNode worker-1c-01 | Get-NodeUsage).Node | Should -Be 'worker-1c-01'
        Get-NodeUsage -Selector 'no=such' | Should -BeNullOrEmpty
    }

    It 'fits 80 columns: <_>' -ForEach 'one', 'window' {
        # PowerShell leaves the last column of a terminal free.
        $lines = (Get-Variable $_ -ValueOnly) | Out-String -Width 79 -Stream | Where-Object { $_ }
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 79
        $lines[1] | Should -BeLike 'Node *'
        # One line for each node, or one for each of its resources: nothing is broken over several.
        $lines.Count | Should -Be (3 + ($_ -eq 'one' ? $one.Count : 2 * $window.Count))
        ($lines -join "`n") | Should -Match '[▁-█]'
        ($lines -join "`n") | Should -Not -Match '\e'
    }

    It 'uses ASCII in a terminal with the C locale: <_>' -ForEach 'one', 'window' {
        $env:LC_ALL = 'C'
        $text = (Get-Variable $_ -ValueOnly) | Out-String -Width 80
        $text | Should -Match '^[\x20-\x7e\r\n]+$'
        $text | Should -Match ($_ -eq 'one' ? '\[#+-+\] +\d+%' : 'CPU +[_.=+*#@-]{3} ')
    }

    It 'draws <Percent>% as <Unicode> or <Plain>' -ForEach @(
        @{ Percent = 0; Unicode = '░░░░░░░░'; Plain = '[------]' }
        @{ Percent = 50; Unicode = '████░░░░'; Plain = '[###---]' }
        @{ Percent = 99; Unicode = '███████▉'; Plain = '[######]' }
        @{ Percent = 130; Unicode = '████████'; Plain = '[######]' }
        @{ Percent = $null; Unicode = ''; Plain = '' }
    ) {
        [NodeManager.Formats.CellChart]::Bar($Percent, 8, $true) | Should -BeExactly $Unicode
        [NodeManager.Formats.CellChart]::Bar($Percent, 8, $false) | Should -BeExactly $Plain
    }

    It 'draws <Percents> as <Unicode> or <Plain>' -ForEach @(
        @{ Percents = 0, 50, 100; Unicode = '▁▅█'; Plain = '_+@' }
        @{ Percents = 10, $null, 200; Unicode = '▁?█'; Plain = '_?@' }
        @{ Percents = @(); Unicode = ''; Plain = '' }
        # The largest of those that share a column.
        @{ Percents = 0, 99, 0, 0, 30, 0, $null, $null; Unicode = '█▁▃?'; Plain = '@_-?' }
    ) {
        [NodeManager.Formats.CellChart]::Line($Percents, 4, $true) | Should -BeExactly $Unicode
        [NodeManager.Formats.CellChart]::Line($Percents, 4, $false) | Should -BeExactly $Plain
    }

    It 'keeps its depth through the serialization of a job' {
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($window[0]))
        $copy.Cpu.MaximumPercent | Should -Be $window[0].Cpu.MaximumPercent
        $copy.Samples[1].Cpu | Should -Be $window[0].Samples[1].Cpu
        $copy | Out-String -Width 80 | Should -Be ($window[0] | Out-String -Width 80)
    }

    It 'ends immediately when interrupted' {
        # A shell of its own, so that this one is not interrupted.
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$PSScriptRoot/../../NodeManager.psd1'; `$null = Connect-NodeManager -Sandbox; Get-NodeUsage -Window 10m -Sample 1s")
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $running = $shell.BeginInvoke($output, $output)
        $deadline = [datetime]::UtcNow.AddSeconds(20)
        while (-not ($shell.Streams.Progress | Where-Object StatusDescription -like '2 of 601 samples*') -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 50 }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 1.5
        $running.IsCompleted | Should -BeTrue
        $shell.Dispose()
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a sample without a window'; Parameters = @{ Sample = 5 }; Id = 'InvalidDuration' }
        @{ Name = 'a window shorter than a sample'; Parameters = @{ Window = 5; Sample = 10 }; Id = 'InvalidDuration' }
        @{ Name = 'no time between samples'; Parameters = @{ Window = 5; Sample = 0 }; Id = 'InvalidDuration' }
        @{ Name = 'a node that is not there'; Parameters = @{ Name = 'nobody' }; Id = 'NodeNotFound' }
    ) {
        { Get-NodeUsage @Parameters -ErrorAction Stop } | Should -Throw -ErrorId "$Id,NodeManager.Commands.GetNodeUsageCommand"
    }

    It 'reports an error without the metrics API, and a warning for nodes with usage' {
        $fault = Set-SandboxFault MetricsUnavailable -PassThru
        { Get-NodeUsage -ErrorAction Stop } | Should -Throw -ErrorId 'MetricsUnavailable,NodeManager.Commands.GetNodeUsageCommand' -ExpectedMessage '*metrics.k8s.io*unable to handle the request*'
        $node = Get-ClusterNode worker-1c-01 -Usage -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike 'The metrics API is unavailable; Usage is empty: *'
        $node.Usage | Should -BeNullOrEmpty
        $fault | Clear-SandboxFault
        (Get-ClusterNode worker-1c-01 -Usage).Usage.Age.TotalSeconds | Should -BeLessThan 60
    }

    It 'reads no metrics if the configuration disables them' {
        Set-NodeManagerConfiguration -MetricsEnabled $false
        { Get-NodeUsage -ErrorAction Stop } | Should -Throw -ErrorId 'MetricsDisabled,NodeManager.Commands.GetNodeUsageCommand'
        Set-NodeManagerConfiguration -MetricsEnabled $true
    }
}

Describe 'Get-ClusterNode -Usage' {
    It 'shows the age of the sample' {
        $null = Connect-NodeManager -Sandbox
        $PSStyle.OutputRendering = 'PlainText'
        $nodes = Get-ClusterNode -Usage | Where-Object Usage
        $nodes[0].Usage.Age | Should -Be ($nodes[0].ObservedAt - $nodes[0].Usage.MeasuredAt)
        $nodes[0].Usage.IsStale | Should -BeFalse
        $nodes | Out-String -Width 120 | Should -Match '(?m)^Name +Status +CPU used +Mem. used +CPU req\. +Mem\. req\. +Pods +Sample'
        $nodes[0] | Format-List | Out-String -Width 120 | Should -Match 'Measured +: \d+(\.\d)?s ago'
    }
}
