BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $null = Connect-NodeManager -Sandbox -SandboxNodes 1
    $attribute = (Get-Command Wait-ClusterNode).Parameters['Timeout'].Attributes | Where-Object { $_ -is [Management.Automation.ArgumentTransformationAttribute] }
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
