BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force

    # Waits for a finding in the cluster's time.
    function Wait-Finding([string] $Node, [string] $Cause) {
        foreach ($turn in 1..200) {
            $health = Test-NodeHealth $Node
            if ($health.Findings.Cause -contains $Cause) { return $health }
            Start-Sleep -Milliseconds 100
        }
        throw "$Node has no $Cause, but: $($health.Findings -join '; ')"
    }
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Test-NodeHealth' {
    BeforeAll {
        $null = Connect-NodeManager -Sandbox -SandboxSpeed 20
        $node = (Get-ClusterNode -Status Ready -Selector '!node-role.kubernetes.io/control-plane' | Where-Object Unschedulable -eq $false | Select-Object -First 1).Name
    }

    AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

    AfterEach { Get-SandboxFault | Clear-SandboxFault }

    It 'returns each node by name, including healthy nodes' {
        $all = Test-NodeHealth
        $all.Name | Should -Be ((Get-ClusterNode).Name | Sort-Object -CaseSensitive)
        $all[0] | Should -BeOfType NodeManager.NodeHealth
        $all.Status | Should -Contain 'Healthy'
        ($all | Where-Object Status -eq Critical).Findings.Cause | Should -Contain 'Unreachable'
    }

    It 'has one finding with evidence for a node that is down' {
        Set-SandboxFault NodeDown $node
        $health = Wait-Finding $node Unreachable
        $health.IsHealthy | Should -BeFalse
        @($health.Findings).Count | Should -Be 1
        $health.Findings[0].Severity | Should -Be 'Critical'
        $health.Since | Should -BeLessThan $health.ObservedAt
        $health.Findings[0].Evidence.Kind | Should -Contain 'Lease'
    }

    It 'finds <Kind> as <Cause>' -ForEach @(
        @{ Kind = 'ClockSkew'; Cause = 'ClockSkew'; More = @{ Offset = '-3m' } }
        @{ Kind = 'NetworkUnavailable'; Cause = 'NetworkUnavailable'; More = @{} }
        @{ Kind = 'ImageGarbageCollection'; Cause = 'ImageGarbageCollection'; More = @{} }
        @{ Kind = 'NodeProblem'; Cause = 'ReadonlyFilesystem'; More = @{ Condition = 'ReadonlyFilesystem' } }
    ) {
        $fault = Set-SandboxFault $Kind $node @More -PassThru
        $null = Wait-Finding $node $Cause
        if ($More.Offset) { $fault.Offset | Should -Be ([TimeSpan]::FromMinutes(-3)) }
        if ($More.Condition) { $fault.Condition | Should -Be $More.Condition }
    }

    It 'filters by severity' {
        Set-NodeTaint $node -Key dedicated -Effect NoSchedule
        try {
            (Test-NodeHealth $node -Severity information).Findings.Cause | Should -Contain 'RepellingTaints' -Because 'no pod tolerates it'
            (Test-NodeHealth $node -Severity Critical).Findings.Cause | Should -Not -Contain 'RepellingTaints'
            (Test-NodeHealth -Severity Critical).Status | Sort-Object -Unique | Should -Be 'Critical'
        }
        finally { Remove-NodeTaint $node -Key dedicated }
    }

    It 'takes nodes and pods from the pipeline, and selectors' {
        (Get-ClusterNode $node | Test-NodeHealth).Name | Should -Be $node
        (Get-NodePod $node | Test-NodeHealth).Name | Should -Be $node
        (Test-NodeHealth 'worker-*' -Selector topology.kubernetes.io/zone=eu-central-1a).Name | Should -BeLike 'worker-1a-*'
        Test-NodeHealth 'nothing-*' | Should -BeNullOrEmpty
    }

    It 'can be used as a node' {
        (Test-NodeHealth $node | Get-ClusterNode).Name | Should -Be $node
        Set-SandboxFault NodeProblem $node
        $health = Wait-Finding $node KernelDeadlock
        $health.Findings | Suspend-NodeScheduling
        (Get-ClusterNode $node).Unschedulable | Should -BeTrue
        $health | Resume-NodeScheduling
        (Get-ClusterNode $node).Unschedulable | Should -BeFalse
    }

    It 'reports an error only for a missing node' {
        $found = Test-NodeHealth $node, no-such -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Name | Should -Be $node
        $failed.FullyQualifiedErrorId | Should -Be 'NodeNotFound,NodeManager.Commands.TestNodeHealthCommand'
        $failed.TargetObject | Should -Be 'no-such'
    }

    It 'shows findings in a table of 80 columns' {
        Set-SandboxFault NodeProblem $node -Condition KernelDeadlock
        $null = Wait-Finding $node KernelDeadlock
        $lines = (Test-NodeHealth | Format-Table | Out-String -Width 80) -split '\r?\n' -replace '\x1b\[[0-9;]*m'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines | Where-Object { $_ -match "^$node " } | Should -Match 'Critical .*KernelDeadlock'
        (Test-NodeHealth $node | Format-List | Out-String -Width 80) | Should -Match 'Condition KernelDeadlock: True: DockerHung'
        ((Test-NodeHealth $node).Findings | Format-Table | Out-String -Width 80) | Should -Match 'KernelDeadlock: A problem detector'
    }

    It 'is unchanged after JSON' {
        $json = Test-NodeHealth -Severity Critical | ConvertTo-Json -Depth 5 | ConvertFrom-Json
        @($json)[0].Findings[0].Cause | Should -Not -BeNullOrEmpty
        @($json)[0].Status | Should -Be 'Critical'
    }
}

Describe 'Faults of nodes' {
    BeforeAll { $null = Connect-NodeManager -Sandbox }

    AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

    It 'completes kinds and conditions' {
        $kinds = (TabExpansion2 'Set-SandboxFault Clo').CompletionMatches.CompletionText
        $kinds | Should -Contain 'ClockSkew'
        (TabExpansion2 'Set-SandboxFault NodeProblem -Condition Kernel').CompletionMatches.CompletionText | Should -Contain 'KernelDeadlock'
    }

    It 'refuses <Arguments.Kind> with <Expected>' -ForEach @(
        @{ Arguments = @{ Kind = 'NodeDown'; Offset = '1m' }; Expected = '*takes no offset*' }
        @{ Arguments = @{ Kind = 'NodeProblem'; Condition = 'Ready' }; Expected = "*not a problem detector's*" }
    ) {
        { Set-SandboxFault @Arguments -ErrorAction Stop } | Should -Throw -ErrorId 'SandboxFaultInvalid,*' -ExpectedMessage $Expected
    }

    It 'shows the target of a fault' {
        Set-SandboxFault ClockSkew worker-1a-01 -Offset -90s
        Set-SandboxFault NodeProblem worker-1a-01 -Condition XfsShutdown
        $text = Get-SandboxFault | Format-Table | Out-String -Width 120
        $text | Should -Match 'worker-1a-01 behind 1m30s|worker-1a-01 behind 90s'
        $text | Should -Match 'worker-1a-01 XfsShutdown'
    }
}
