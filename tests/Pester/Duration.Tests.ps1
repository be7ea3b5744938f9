BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $null = Connect-NodeManager -Sandbox -SandboxNodes 1
    $attribute = (Get-Command Wait-ClusterNode).Parameters['Timeout'].Attributes | Where-Object { $_ -is [Management.Automation.ArgumentTransformationAttribute] }
    # The real binder, with a parameter as the cmdlets have it.
    function Read-Duration {
        param([Parameter(Mandatory)] [NodeManager.Parameters.DurationAttribute()] $For)
        $For.TotalSeconds
    }
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'A duration' {
    It '<Written> is <Seconds> s' -ForEach @(
        @{ Written = 30; Seconds = 30 }
        @{ Written = '30'; Seconds = 30 }
        @{ Written = 1.5; Seconds = 1.5 }
        @{ Written = '45s'; Seconds = 45 }
        @{ Written = '5m'; Seconds = 300 }
        @{ Written = '1h30m'; Seconds = 5400 }
        @{ Written = '500ms'; Seconds = 0.5 }
        @{ Written = '2d'; Seconds = 172800 }
        @{ Written = '00:01:00'; Seconds = 60 }
        @{ Written = [timespan]::FromMinutes(2); Seconds = 120 }
        @{ Written = '-5s'; Seconds = -5 }
        @{ Written = '60d'; Seconds = 5184000 }
        @{ Written = [timespan]::MaxValue; Seconds = 3155760000 }
    ) {
        $attribute.Transform($null, $Written).TotalSeconds | Should -Be $Seconds
    }

    It 'is what the argument <Written> says: <Seconds> s' -ForEach @(
        @{ Written = '1d'; Seconds = 86400 }
        @{ Written = '60d'; Seconds = 5184000 }
        @{ Written = '1.5d'; Seconds = 129600 }
        @{ Written = '5s'; Seconds = 5 }
        @{ Written = '30'; Seconds = 30 }
        @{ Written = '1.5'; Seconds = 1.5 }
        @{ Written = '1e3'; Seconds = 1000 }
        @{ Written = '0x10'; Seconds = 16 }
        @{ Written = '"1d"'; Seconds = 86400 }
        @{ Written = '1h30m'; Seconds = 5400 }
        @{ Written = '(30)'; Seconds = 30 }
        @{ Written = '(5l)'; Seconds = 5 }
        @{ Written = '(1e3)'; Seconds = 1000 }
        @{ Written = '([timespan]::FromDays(1))'; Seconds = 86400 }
    ) {
        Invoke-Expression "Read-Duration -For $Written" | Should -Be $Seconds
        Invoke-Expression "Read-Duration -For:$Written" | Should -Be $Seconds
    }

    It 'refuses the argument <_>, whose suffix is not a unit of time' -ForEach '5l', '2kb', '1dkb', '5u', '5us', '5y', '5n', '0x10l' {
        { Invoke-Expression "Set-SandboxFault -Kind ApiSlow -Delay 1ms -For $_" } |
            Should -Throw '*not a duration*' -ErrorId 'ParameterArgumentTransformationError,*'
        { Invoke-Expression "Set-SandboxFault -Kind ApiSlow -Delay 1ms -For $_" } | Should -Throw "*500ms, 45s, 5m, 1h30m, 2d*"
    }

    It 'refuses a decimal that was not typed as the argument: <_>' -ForEach @(
        '$t = 1d; Read-Duration -For $t'
        'Read-Duration -For (1d)'
        '$all = @{ For = 1d }; Read-Duration @all'
        '$all = "-For", 1d; Set-SandboxFault -Kind ApiSlow -Delay 1ms -For $all[1]'
        'Read-Duration -For ([decimal]30)'
        '[pscustomobject]@{ t = 1d } | ForEach-Object { Read-Duration -For $_.t }'
    ) {
        { Invoke-Expression $_ } | Should -Throw "*Quote a duration with a unit (*d' or *" -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'from a variable, a splat, JSON and CSV is seconds, or what its text says' {
        $t = 30
        $all = @{ For = '1d' }
        Read-Duration -For $t | Should -Be 30
        Read-Duration @all | Should -Be 86400
        $all = @{ For = 45 }
        Read-Duration @all | Should -Be 45
        $json = '{ "number": 90, "fraction": 1.5, "exponent": 1e3, "text": "1d" }' | ConvertFrom-Json
        Read-Duration -For $json.number | Should -Be 90
        Read-Duration -For $json.fraction | Should -Be 1.5
        Read-Duration -For $json.exponent | Should -Be 1000
        Read-Duration -For $json.text | Should -Be 86400
        $rows = "for`n1d`n30`n1h30m" | ConvertFrom-Csv
        $rows.for | ForEach-Object { Read-Duration -For $_ } | Should -Be 86400, 30, 5400
        { "for`n5l" | ConvertFrom-Csv | ForEach-Object { Read-Duration -For $_.for } } | Should -Throw '*not a duration*'
        # Through an untyped parameter of a function, a literal keeps its text.
        function Wait-It($t) { Read-Duration -For $t }
        Wait-It 1d | Should -Be 86400
    }

    It 'is read so by cmdlets: <_>' -ForEach '1d', "'1d'", '86400' {
        Invoke-Expression "Set-NodeManagerConfiguration -DrainTimeout $_ -DrainGracePeriod:$_"
        $set = Get-NodeManagerConfiguration
        $set.DrainTimeout, $set.DrainGracePeriod | Should -Be ([timespan]::FromDays(1)), ([timespan]::FromDays(1))
        Set-NodeManagerConfiguration -DrainTimeout $null -DrainGracePeriod $null
    }

    It 'of a drain is refused where its unit is lost' {
        $late = 1d
        { Invoke-NodeDrain x -OverrideBudgetAfter $late -Confirm:$false } | Should -Throw '*Quote a duration*'
        { Invoke-NodeDrain x -ForceStuck 5l -Confirm:$false } | Should -Throw '*not a duration*'
    }

    It 'has one transformation in every cmdlet' {
        $durations = Get-Command -Module NodeManager -CommandType Cmdlet | ForEach-Object {
            $command = $_
            $_.Parameters.Values | Where-Object { $_.ParameterType -in [timespan], [Nullable[timespan]], [timespan[]] } |
                Select-Object @{ n = 'Name'; e = { "$command -$($_.Name)" } }, Attributes
        }
        @($durations).Count | Should -BeGreaterThan 40
        ($durations | Where-Object { 'DurationAttribute' -notin $_.Attributes.ForEach({ $_.GetType().Name }) }).Name | Should -BeNullOrEmpty
    }

    It '<_> is refused' -ForEach 'soon', '5 parsecs', '1h30', '', '1e400' {
        $written = $_
        { Wait-ClusterNode x -Timeout $written } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'can be longer than the 49.7-day limit of a .NET timer: <_>' -ForEach '60d', ([timespan]::MaxValue) {
        $node = (Get-ClusterNode | Select-Object -First 1).Name
        (Wait-ClusterNode $node -For Ready -Timeout $_ -PassThru).Name | Should -Be $node
        Watch-ClusterNode -IncludeExisting -Timeout $_ | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        (Set-SandboxFault -Kind ApiSlow -Delay 1ms -For $_ -PassThru).State | Should -Be 'Active'
        Clear-SandboxFault
        $all = @{ Timeout = $_; GracePeriod = $_; SkipWaitForDeleteTimeout = $_; VolumeDetachTimeout = $_; SurgeTimeout = $_; OverrideBudgetAfter = $_; ForceStuck = $_; WaitForJob = 1; DisableEviction = $true }
        (Invoke-NodeDrain $node @all -DeleteEmptyDirData -DeleteUnmanagedPod -Confirm:$false -ErrorAction Stop).Status | Should -Be 'Drained'
        Resume-NodeScheduling $node
    }

    It 'is not negative' {
        foreach ($call in { Wait-ClusterNode x -Timeout -5 }, { Watch-ClusterNode -Timeout '-5s' }, { Invoke-NodeDrain x -GracePeriod -1 -Confirm:$false }) {
            $failure = $call | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidDuration,*'
            $failure.CategoryInfo.Category | Should -Be 'InvalidArgument'
        }
    }
}
