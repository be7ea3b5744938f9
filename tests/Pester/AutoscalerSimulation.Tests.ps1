BeforeAll { Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force }

Describe 'Measure-NodeAutoscaler' {
    BeforeAll { $measured = Measure-NodeAutoscaler NodeManager, @{ Name = 'mine'; Consolidation = 'SingleNode'; ScaleDownDelay = '2m' } -Duration 12h -PodsPerHour 10 }

    It 'measures each setting without a session' {
        $measured | Should -BeOfType NodeManager.NodeAutoscalerMeasurement
        $measured.Setting | Sort-Object | Should -Be @('mine', 'NodeManager')
        $measured[0].Pods | Should -Be $measured[1].Pods
        $measured.ForEach{ $_.Cost | Should -BeGreaterThan 0 }
        $measured.Samples.Count | Should -Be 26
    }

    It 'replays a recorded load of rows, and bills the machine that it needs' {
        $load = "Arrival,CpuCores,Memory,Lifetime`n0,1,1Gi,30m`n60,1.5,512Mi,10m" | ConvertFrom-Csv
        $found = $load | Measure-NodeAutoscaler NodeManager -Duration 2h -Shape 'four=4x8Gi+price=1'
        $found.Pods | Should -Be 2
        $found.NodesCreated | Should -Be 1
        $found.Cost | Should -BeGreaterThan 0.6
        $found.Cost | Should -BeLessThan 0.8
    }

    It 'refuses <Command>' -ForEach @(
        @{ Command = { Measure-NodeAutoscaler nobody -ErrorAction Stop }; ErrorId = 'ConfigurationValueInvalid' }
        @{ Command = { Measure-NodeAutoscaler @{ Expander = 'best' } -ErrorAction Stop }; ErrorId = 'ConfigurationValueInvalid' }
        @{ Command = { Measure-NodeAutoscaler @{ Delay = 5 } -ErrorAction Stop }; ErrorId = 'ConfigurationValueInvalid' }
        @{ Command = { Measure-NodeAutoscaler NodeManager -Shape 'a=2x4Gi' -ErrorAction Stop }; ErrorId = 'NodePoolInvalid' }
        @{ Command = { [pscustomobject]@{ Arrival = 1 } | Measure-NodeAutoscaler NodeManager -ErrorAction Stop }; ErrorId = 'ConfigurationValueInvalid' }
    ) {
        $Command | Should -Throw -ErrorId "$ErrorId,*"
    }

    It 'writes a page without anything from outside, in which names are only text' {
        $file = Join-Path $TestDrive report.html
        $named = Measure-NodeAutoscaler @{ Name = '<script>alert(1)</script>' } -Duration 1h -PodsPerHour 10
        $null = @($measured) + @($named) | Export-NodeAutoscalerReport $file
        $page = Get-Content $file -Raw
        $page | Should -BeLike '*&lt;script&gt;*'
        $page | Should -Not -BeLike '*<script*'
        $page | Should -Not -Match 'https?://'
        ([regex]::Matches($page, '<svg')).Count | Should -BeGreaterThan 5
        { $measured | Export-NodeAutoscalerReport $file -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'ReportExists,*'
    }
}
