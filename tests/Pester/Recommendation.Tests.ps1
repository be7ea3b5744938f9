BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'PlainText'
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Get-NodeScaleRecommendation' {
    BeforeEach { $null = Connect-NodeManager -Sandbox }

    AfterEach { Get-NodeManagerSession | Disconnect-NodeManager }

    It 'considers all nodes except the control plane, with the configured thresholds' {
        $recommendation = Get-NodeScaleRecommendation
        $recommendation | Should -BeOfType NodeManager.NodeScaleRecommendation
        $recommendation.CurrentNodes | Should -Be @(Get-ClusterNode | Where-Object Roles -NotContains control-plane).Count
        $recommendation.Candidates.Node | Should -Not -Contain 'control-plane-1a-01'
        $recommendation.ScaleUpThreshold | Should -Be 80
        $recommendation.ScaleDownThreshold | Should -Be 20
        $recommendation.HasUsage | Should -BeTrue
        $recommendation.IsAutoScalingEnabled | Should -BeFalse
        Set-NodeManagerConfiguration -EnableAutoScaling $true
        (Get-NodeScaleRecommendation).IsAutoScalingEnabled | Should -BeTrue
    }

    It 'reports nodes to remove, pods that move, and blockers of the other nodes' {
        $recommendation = Get-NodeScaleRecommendation -ScaleDownThreshold 50 -DeleteEmptyDirData -DeleteUnmanagedPod
        $recommendation.Action | Should -Be 'ScaleDown'
        $recommendation.Count | Should -Be $recommendation.Remove.Count
        $recommendation.RecommendedNodes | Should -Be ($recommendation.CurrentNodes - $recommendation.Count)
        $first = $recommendation.Remove[0]
        $first.Order | Should -Be 1
        $first.Moves.To | Should -Not -Contain $first.Node
        $pods = Get-NodePod $first.Node | Where-Object { $_.OwnerKind -notin 'DaemonSet', 'Node' -and $_.Status -ne 'Completed' }
        $first.Moves.Count | Should -Be @($pods).Count
        $blocked = $recommendation.Candidates | Where-Object BlockedBy
        $blocked.Reasons.Rule | Should -Contain 'BudgetBlocks'
        $blocked.BlockedBy.Name | Should -Contain 'ledger'
    }

    It 'acts only if enableAutoScaling allows it, and always returns a recommendation' {
        $recommendation = Get-NodeScaleRecommendation -ScaleDownThreshold 50 -DeleteEmptyDirData -DeleteUnmanagedPod
        @($recommendation | Get-NodeDrainPlan -DeleteEmptyDirData -DeleteUnmanagedPod).Node | Sort-Object | Should -Be ($recommendation.Remove.Node | Sort-Object)
        { $recommendation | Suspend-NodeScheduling -ErrorAction Stop } | Should -Throw -ErrorId 'AutoScalingDisabled,*'
        { $recommendation.Remove[0] | Invoke-NodeDrain -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'AutoScalingDisabled,*'
        @(Get-ClusterNode -Status Cordoned).Name | Should -Not -Contain $recommendation.Remove[0].Node
        Set-NodeManagerConfiguration -EnableAutoScaling $true
        $recommendation | Suspend-NodeScheduling -WhatIf
        @(Get-ClusterNode -Status Cordoned).Name | Should -Not -Contain $recommendation.Remove[0].Node
        $recommendation | Suspend-NodeScheduling
        @(Get-ClusterNode -Status Cordoned).Name | Should -Contain $recommendation.Remove[0].Node
    }

    It 'holds: after a drain of the first node no pod is pending' {
        Set-NodeManagerConfiguration -EnableAutoScaling $true
        $waiting = @(Get-NodePod | Where-Object { -not $_.NodeName }).Count
        $candidate = (Get-NodeScaleRecommendation -ScaleDownThreshold 50 -DeleteEmptyDirData -DeleteUnmanagedPod).Remove[0]
        $result = $candidate | Invoke-NodeDrain -DeleteEmptyDirData -DeleteUnmanagedPod -Timeout 2m -Confirm:$false -WarningAction SilentlyContinue
        $result.Status | Should -Be 'Drained'
        $result.Node | Should -Be $candidate.Node
        $deadline = [datetime]::UtcNow.AddSeconds(20)
        while (@(Get-NodePod | Where-Object { -not $_.NodeName }).Count -gt $waiting -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 200 }
        @(Get-NodePod | Where-Object { -not $_.NodeName }).Count | Should -Be $waiting
    }

    It 'respects the limits, and reports a limit that applies' {
        $more = Get-NodeScaleRecommendation -MinNodes 12 -MaxNodes 14
        $more.Action | Should -Be 'ScaleUp'
        $more.Count | Should -Be (12 - $more.CurrentNodes)
        ($more.Additions | Measure-Object Count -Sum).Sum | Should -Be $more.Count
        $more.Reasons.Rule | Should -Contain 'BelowMinimum'
        Set-NodeManagerConfiguration -EnableAutoScaling $true
        $more | Suspend-NodeScheduling -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeLike '*to add nodes (*'
        $few = Get-NodeScaleRecommendation -ScaleUpThreshold 50 -ScaleDownThreshold 5 -MaxNodes 5 -Selector 'topology.kubernetes.io/zone=eu-central-1a'
        $few.MaxNodes | Should -Be 5
    }

    It 'is serializable' {
        $copy = Get-NodeScaleRecommendation -ScaleDownThreshold 50 -DeleteEmptyDirData | ConvertTo-Json -Depth 6 | ConvertFrom-Json
        $copy.Candidates[0].Reasons[0].Rule | Should -Not -BeNullOrEmpty
        $copy.Utilization.Resource | Should -Be 'cpu', 'memory'
        $again = Get-NodeScaleRecommendation -ScaleDownThreshold 50 -DeleteEmptyDirData
        $clixml = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($again))
        $clixml | Out-String -Width 100 | Should -Be ($again | Out-String -Width 100)
    }

    It 'moves its threshold after a recommendation, and waits after scaling up' {
        $first = Get-NodeScaleRecommendation -ScaleDownThreshold 45 -DeleteEmptyDirData -DeleteUnmanagedPod
        $first.Action | Should -Be 'ScaleDown'
        $second = Get-NodeScaleRecommendation -ScaleDownThreshold 45 -DeleteEmptyDirData -DeleteUnmanagedPod
        ($second.Reasons | Where-Object Rule -eq Hysteresis).Value | Should -Be 50
    }

    It 'uses only requests without metrics, and warns' {
        Set-SandboxFault MetricsUnavailable
        $recommendation = Get-NodeScaleRecommendation -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*rests on requests alone*'
        $recommendation.HasUsage | Should -BeFalse
        $recommendation.Utilization.UsedPercent | Should -Be $null, $null
        Set-NodeManagerConfiguration -MetricsEnabled $false
        $null = Get-NodeScaleRecommendation -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'thresholds that exclude each other'; Parameters = @{ ScaleUpThreshold = 50; ScaleDownThreshold = 50 }; Id = 'ConfigurationValueInvalid' }
        @{ Name = 'bounds that exclude each other'; Parameters = @{ MinNodes = 20 }; Id = 'ConfigurationValueInvalid' }
        @{ Name = 'a threshold out of its range'; Parameters = @{ ScaleUpThreshold = 99 }; Id = 'ParameterArgumentValidationError' }
        @{ Name = 'a bad selector'; Parameters = @{ Selector = 'a in' }; Id = 'InvalidSelector' }
    ) {
        { Get-NodeScaleRecommendation @Parameters -ErrorAction Stop } | Should -Throw -ErrorId "$Id,NodeManager.Commands.GetNodeScaleRecommendationCommand"
    }

    It 'fits 80 columns' {
        $recommendation = Get-NodeScaleRecommendation -ScaleDownThreshold 50 -DeleteEmptyDirData
        foreach ($shown in $recommendation, $recommendation.Candidates, $recommendation.Reasons, $recommendation.Remove[0].Moves) {
            ($shown | Out-String -Width 80 -Stream | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        }
    }
}
