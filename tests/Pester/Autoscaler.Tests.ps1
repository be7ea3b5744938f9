#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# Simulated machines on the embedded cluster, from PowerShell.
BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxPort 0 -SandboxSpeed 10
    $ConfirmPreference = 'None'

    . "$PSScriptRoot/NodeSmith.ps1"
}

AfterAll {
    Get-Job | Where-Object PSJobTypeName -eq NodeAutoscaler | Remove-Job -Force
    $session | Disconnect-NodeManager
}

Describe 'Start-NodeAutoscaler' {
    It 'changes nothing with -WhatIf' {
        Start-NodeAutoscaler -Once -WhatIf | Should -BeNullOrEmpty
        Get-NodeClaim | Should -BeNullOrEmpty
        (Get-NodeAutoscaler).Status | Should -BeExactly Stopped
    }

    It 'brings the pools to their desired state, and ends, with -Once' {
        $state = Start-NodeAutoscaler -Once
        $state.Status | Should -BeExactly Stopped
        $state.Pools[0] | ForEach-Object { $_.Name, $_.ReadyNodes, $_.MinNodes, $_.MaxNodes, $_.Available } | Should -Be small, 2, 2, 5, True
        $state.Decisions | Where-Object Target -eq claim/small-1 | Select-Object -First 1 -ExpandProperty Decision | Should -BeExactly Initialize
        $claims = Get-NodeClaim | Sort-Object Name
        $claims.Name | Should -Be small-1, small-2
        $claims.Status | Should -Be Ready, Ready
        $claims[0].ProviderId | Should -BeExactly simulated://sim/machines/small-1
        (Get-ClusterNode small-1).Labels['tier'] | Should -BeExactly a
    }

    It 'names the install command if the definitions are missing' {
        $other = Connect-NodeManager -Sandbox
        try {
            foreach ($command in { Start-NodeAutoscaler -Once -Session $other -ErrorAction Stop }, { Get-NodeAutoscaler -Session $other -ErrorAction Stop },
                { Get-NodeClaim -Session $other -ErrorAction Stop }, { Remove-NodeClaim one -Session $other -ErrorAction Stop },
                { Get-NodeScalePlan -Session $other -ErrorAction Stop }, { Get-NodeProvider -Session $other -ErrorAction Stop }) {
                $command | Should -Throw -ErrorId 'AutoscalerNotInstalled,*' -Because $command
            }
            $job = Start-NodeAutoscaler -Session $other | Wait-Job
            $job.State | Should -BeExactly Failed
            Receive-Job $job -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'AutoscalerNotInstalled*'
            $failed[0].CategoryInfo.Category | Should -Be ResourceUnavailable
            "$($failed[0].ErrorDetails.RecommendedAction)" | Should -Match 'Install-NodeAutoscaler'
        }
        finally {
            $other | Disconnect-NodeManager
            $null = Select-NodeManagerSession $session.Id
        }
    }

    It 'refuses a negative timeout' {
        { Start-NodeAutoscaler -Once -Timeout '-5s' } | Should -Throw -ErrorId 'InvalidDuration,*'
    }

    It 'runs as one job per session and namespace, until it is stopped' {
        $job = Start-NodeAutoscaler
        try {
            $job.PSJobTypeName | Should -BeExactly NodeAutoscaler
            Wait-Until { (Get-NodeAutoscaler).Status -eq 'Running' }
            (Get-NodeAutoscaler).IsLocal | Should -BeTrue
            Start-NodeAutoscaler -ErrorAction SilentlyContinue -ErrorVariable refused | Should -BeNullOrEmpty
            $refused.FullyQualifiedErrorId | Should -BeLike 'AutoscalerRunning,*'
        }
        finally {
            Stop-NodeAutoscaler
        }
        Wait-Until { $job.State -eq 'Completed' }
        (Get-NodeAutoscaler).Status | Should -BeExactly Stopped
        Stop-NodeAutoscaler -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeLike '*nothing to stop*'
    }
}

Describe 'Get-NodeClaim' {
    It 'filters by name and pool, with wildcards' {
        (Get-NodeClaim *-2).Name | Should -BeExactly small-2
        Get-NodeClaim -Pool large* | Should -BeNullOrEmpty
        (Get-NodeClaim -Pool small).Count | Should -Be 2
    }

    It 'reports a name that does not exist' {
        { Get-NodeClaim nothing -ErrorAction Stop } | Should -Throw -ErrorId 'NodeClaimNotFound,*'
    }

    It 'fits 80 columns' {
        $PSStyle.OutputRendering = 'PlainText'
        $lines = (Get-NodeClaim | Format-Table | Out-String -Width 80) -split '\r?\n' | Where-Object { $_ }
        $lines | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 80 }
        $lines -join "`n" | Should -Match 'small-1\s+Ready\s+small-1\s+2\s+2'
    }

    It 'completes names' {
        (TabExpansion2 'Get-NodeClaim sma').CompletionMatches.CompletionText | Sort-Object | Should -Be small-1, small-2
    }
}

Describe 'Remove-NodeClaim' {
    It 'validates with -WhatIf, and stores nothing' {
        Remove-NodeClaim small-1 -WhatIf
        (Get-NodeClaim small-1).Status | Should -BeExactly Ready
        Remove-NodeClaim nothing -WhatIf -ErrorAction SilentlyContinue -ErrorVariable missing
        $missing.FullyQualifiedErrorId | Should -BeLike 'NodeClaimNotFound,*'
    }

    It 'makes the autoscaler destroy the machine and create another one for minNodes' {
        Get-NodeClaim small-1 | Remove-NodeClaim
        (Get-NodeClaim small-1).Status | Should -BeExactly Terminating
        $null = Start-NodeAutoscaler -Once
        (Get-NodeClaim).Name | Sort-Object | Should -Be small-2, small-3
        Get-ClusterNode small-1 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'keeps the machine with -Abandon, and records it' {
        Remove-NodeClaim small-2 -Abandon
        (Get-NodeClaim).Name | Should -Be small-3
        # Its node counts against the pool's limits, and no longer for minNodes.
        $null = Start-NodeAutoscaler -Once
        (Get-NodeClaim).Name | Sort-Object | Should -Be small-3, small-4
        (Get-ClusterNode small-2).Name | Should -BeExactly small-2
        $record = (Send GET '/api/v1/namespaces/kubenodesmith/configmaps/kubenodesmith-abandoned-machines').data.PSObject.Properties.Value | ConvertFrom-Json
        $record.providerId, $record.node | Should -Be simulated://sim/machines/small-2, small-2
    }
}

Describe 'Get-NodeAutoscaler' {
    It 'shows decisions, each with a reason' {
        $state = Get-NodeAutoscaler -DecisionCount 500
        $state.Decisions.Count | Should -BeGreaterThan 10
        $state.Decisions | Where-Object { -not $_.Reason } | Should -BeNullOrEmpty
        (Get-NodeAutoscaler -DecisionCount 3).Decisions.Count | Should -Be 3
    }

    It 'keeps its shape in JSON' {
        $json = Get-NodeAutoscaler -DecisionCount 1 | ConvertTo-Json -Depth 5 | ConvertFrom-Json
        $json.Pools[0].Name | Should -BeExactly small
        $json.Decisions[0].Reason | Should -Not -BeNullOrEmpty
    }
}
