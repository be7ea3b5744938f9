#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# The thresholds of the configuration, from PowerShell to machines of the embedded cluster.
BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxPort 0 -SandboxNodes 5 -SandboxSpeed 10
    $ConfirmPreference = 'None'

    . "$PSScriptRoot/NodeSmith.ps1"
    $null = Send PATCH "$collection/nodesmithpools/small" @{ spec = @{ limits = @{ maxNodes = 12 } } } 'application/merge-patch+json'
    $null = Start-NodeAutoscaler -Once

    function Get-Share { ((Get-NodeScaleRecommendation).Utilization | Where-Object Resource -EQ cpu).RequestedPercent }

    # Pods that fit, so that none of them asks for a machine: 52 % of the CPU is requested.
    $cores = (Get-ClusterNode -Status Ready -Selector '!node-role.kubernetes.io/control-plane' | ForEach-Object { $_.Allocatable.Cpu } | Measure-Object -Sum).Sum
    $replicas = [int] [Math]::Ceiling((52 - (Get-Share)) / 100 * $cores / 0.2)
    $container = @{ name = 'main'; image = 'registry.invalid/load:1'; resources = @{ requests = @{ cpu = '200m' } } }
    $null = Send POST '/apis/apps/v1/namespaces/default/deployments' @{
        metadata = @{ name = 'load' }
        spec = @{ replicas = $replicas; selector = @{ matchLabels = @{ app = 'load' } }; template = @{ metadata = @{ labels = @{ app = 'load' } }; spec = @{ containers = @($container) } } }
    }
    Wait-Until { (Get-Share) -ge 52 }
}

AfterAll { $session | Disconnect-NodeManager }

Describe 'enableAutoScaling' {
    It 'lets the autoscaler act on the thresholds only when it is true' {
        Set-NodeManagerConfiguration -ScaleUpThreshold 50 -MaxNodes 100
        (Start-NodeAutoscaler -Once).Pools[0].ReadyNodes | Should -Be 2
        (Get-NodeScalePlan).Create | Should -Be 0

        Set-NodeManagerConfiguration -EnableAutoScaling $true
        $plan = Get-NodeScalePlan
        $plan.Machines.Reason | Sort-Object -Unique | Should -Be AboveThreshold
        $plan.Machines[0].Message | Should -BeLike '*scaleUpThreshold is 50%*'
        $state = Start-NodeAutoscaler -Once
        $state.Pools[0].ReadyNodes | Should -Be (2 + $plan.Create)
        @((Get-NodeAutoscaler -DecisionCount 500).Decisions | Where-Object Reason -Like '*AboveThreshold*').Count | Should -BeGreaterThan 0
        # Five points below it; the next run neither adds nor removes a machine, although the new ones are empty.
        Get-Share | Should -BeLessOrEqual 45
        (Start-NodeAutoscaler -Once).Pools[0].ReadyNodes | Should -Be (2 + $plan.Create)
    }

    It 'creates no machine beyond maxNodes' {
        $nodes = (Get-NodeScaleRecommendation).CurrentNodes
        Set-NodeManagerConfiguration -MaxNodes $nodes
        $null = Send PATCH '/apis/apps/v1/namespaces/default/deployments/load' @{ spec = @{ replicas = [int] ($replicas + (0.15 * $cores / 0.2)) } } 'application/merge-patch+json'
        Wait-Until { (Get-Share) -gt 50 }
        $plan = Get-NodeScalePlan
        $plan.Create | Should -Be 0
        $plan.Pools[0].Reason | Should -Be NodeLimit
        (Start-NodeAutoscaler -Once).Pools[0].ReadyNodes | Should -Be (Get-NodeClaim).Count
    }

    It 'removes the machines when the load ends' {
        Set-NodeManagerConfiguration -ScaleUpThreshold 80
        $null = Send DELETE '/apis/apps/v1/namespaces/default/deployments/load?propagationPolicy=Background'
        Wait-Until { @(Get-NodePod | Where-Object Name -Like 'load-*').Count -eq 0 }
        (Get-NodeScalePlan).Nodes.Decision | Should -Contain Remove
        (Start-NodeAutoscaler -Once).Pools[0].ReadyNodes | Should -Be 2
    }
}
