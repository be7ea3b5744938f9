BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxPort 0
    . "$PSScriptRoot/Api.ps1"

    function New-Smith([string] $Kind, [string] $Name, $Spec) {
        $group = 'kubenodesmith.parawell.cloud/v1alpha1'
        $null = Send POST "/apis/$group/namespaces/kubenodesmith/$($Kind.ToLowerInvariant())s" @{ apiVersion = $group; kind = $Kind; metadata = @{ name = $Name }; spec = $Spec }
    }
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Get-NodeScalePlan' {
    It 'reports the missing definitions if the autoscaler is not installed' {
        { Get-NodeScalePlan -ErrorAction Stop } | Should -Throw -ErrorId 'AutoscalerNotInstalled,*'
    }

    Context 'with a pool' {
        BeforeAll {
            Get-ChildItem "$PSScriptRoot/../../deploy/crds/nodesmith*.yaml" | ForEach-Object { $null = Send POST '/apis/apiextensions.k8s.io/v1/customresourcedefinitions' (Get-Content $_ -Raw) }
            $null = Send POST '/api/v1/namespaces' @{ metadata = @{ name = 'kubenodesmith' } }
            New-Smith NodeSmithProvider lab @{ type = 'simulated'; simulated = @{ zones = @('a', 'b') } }
            New-Smith NodeSmithPool large @{
                providerRef = 'lab'; limits = @{ minNodes = 0; maxNodes = 3; cpuCores = 0; memoryMiB = 0 }
                machineTemplate = @{ shapes = @(@{ name = 'huge'; cpuCores = 128; memoryMiB = 524288 }) }
            }
            New-Smith NodeSmithControlPlane plane @{ pools = @('large') }
            foreach ($number in 1, 2) {
                $null = Send POST '/api/v1/namespaces/default/pods' @{
                    metadata = @{ name = "waiting-$number" }
                    spec = @{ containers = @(@{ name = 'main'; image = 'registry.invalid/app:1'; resources = @{ requests = @{ cpu = "$(60 * $number)"; memory = '1Gi' } } }) }
                }
            }
            $null = Send POST '/api/v1/namespaces/default/pods' @{
                metadata = @{ name = 'hopeless' }
                spec = @{ nodeSelector = @{ disk = 'gold' }; containers = @(@{ name = 'main'; image = 'registry.invalid/app:1'; resources = @{ requests = @{ cpu = '100' } } }) }
            }
            $limit = [datetime]::UtcNow.AddSeconds(20)
            do {
                $plan = Get-NodeScalePlan
                $judged = $plan.Pods.Where{ $_.Name -match '^waiting-|^hopeless' -and $_.Reason -ne 'NotYetJudged' }
            } until ($judged.Count -eq 3 -or [datetime]::UtcNow -gt $limit)
        }

        It 'shows the machines to create, and the pods that need them' {
            $plan | Should -BeOfType NodeManager.NodeScalePlan
            $plan.Create | Should -Be 2
            $plan.Machines.Shape | Should -Be @('huge', 'huge')
            $plan.Machines.Pods | Sort-Object | Should -Be @('default/waiting-1', 'default/waiting-2')
            $plan.Pools[0].Decision | Should -Be 'Create'
        }

        It 'reports why a pod is pending' {
            $why = Get-NodeScalePlan -Pod hopeless
            $why | Should -BeOfType NodeManager.NodeScalePlanPod
            $why.Decision | Should -Be 'Wait'
            $why.Reason | Should -Be 'NodeAffinity'
            $why.Message | Should -BeLike "Pool 'large': *node selector*"
            $both = Get-NodeScalePlan default/waiting-*
            $both.Decision | Should -Be @('Create', 'Create')
        }

        It 'reports a running pod, and a missing one' {
            $running = Get-NodePod | Where-Object Status -eq Running | Select-Object -First 1
            $answer = Get-NodeScalePlan "$($running.Namespace)/$($running.Name)"
            $answer.Reason | Should -Be 'Scheduled'
            $answer.Target | Should -Be $running.NodeName
            { Get-NodeScalePlan -Pod nobody -ErrorAction Stop } | Should -Throw -ErrorId 'PodNotFound,*'
        }

        It 'compares the plan with one for assumed pools, and writes nothing' {
            $before = (Send GET '/apis/kubenodesmith.parawell.cloud/v1alpha1/namespaces/kubenodesmith/nodesmithpools/large').metadata.resourceVersion
            $compared = Get-NodeScalePlan -With @{ large = @{ MaxNodes = 1; Patch = @{ price = @{ currency = 'EUR'; perHour = '2.5' } } } }
            $compared | Should -BeOfType NodeManager.NodeScaleComparison
            $compared.Displaced | Should -Be 1
            $compared.After.Price | Should -Be 2.5
            $compared.Differences.Kind | Should -Be @('Pod', 'Machine')
            ($compared | Out-String) | Should -BeLike '*Pod default/waiting-*: Create -> Wait*'
            (Send GET '/apis/kubenodesmith.parawell.cloud/v1alpha1/namespaces/kubenodesmith/nodesmithpools/large').metadata.resourceVersion | Should -Be $before
        }

        It 'refuses the assumption <With> with <ErrorId>' -ForEach @(
            @{ With = @{ small = @{ MaxNodes = 1 } }; ErrorId = 'NodePoolNotFound' }
            @{ With = @{ large = @{ MaxNode = 1 } }; ErrorId = 'NodePoolFieldUnsupported' }
            @{ With = @{ large = @{ MaxNodes = 'many' } }; ErrorId = 'NodePoolInvalid' }
            @{ With = @{ large = 5 }; ErrorId = 'NodePoolInvalid' }
            @{ With = @{ large = @{ Shape = 'huge' } }; ErrorId = 'NodePoolInvalid' }
        ) {
            { Get-NodeScalePlan -With $With -ErrorAction Stop } | Should -Throw -ErrorId "$ErrorId,*"
        }

        It 'suggests the change that would place a pod' {
            Set-NodePool large -Provider Cluster -MaxNodes 1
            try {
                $stuck = @(Get-NodeScalePlan -Pod waiting-* | Where-Object Decision -EQ Wait)
                $stuck.Count | Should -Be 1
                $stuck.Suggestion.Message | Should -Be "Raise limits.maxNodes of pool 'large' from 1 to 2."
                ($stuck | Out-String) | Should -BeLike '*-> Raise limits.maxNodes*'
                (Get-NodeScalePlan -With @{ large = @{ Patch = $stuck.Suggestion.Patch } }).Placed | Should -Be 1
            }
            finally { Set-NodePool large -Provider Cluster -MaxNodes 3 }
            (Get-NodeScalePlan -Pod hopeless).Suggestion | Should -BeNullOrEmpty
        }

        It 'reports that no pool has a node' {
            { Get-NodeScalePlan -Node nobody -ErrorAction Stop } | Should -Throw -ErrorId 'NodeNotFound,*'
            Get-NodeScalePlan -Node * | Should -BeNullOrEmpty
        }

        It 'changes nothing' {
            (Get-NodeScalePlan).Create | Should -Be 2
        }

        It 'respects minNodes and maxNodes of the configuration when enableAutoScaling is true' {
            Set-NodeManagerConfiguration -MinNodes 12 -MaxNodes 20
            (Get-NodeScalePlan).Create | Should -Be 2
            Set-NodeManagerConfiguration -EnableAutoScaling $true
            try {
                $more = Get-NodeScalePlan
                $more.Machines.Reason | Sort-Object | Should -Be @('MinNodes', 'NewMachine', 'NewMachine')
                Set-NodeManagerConfiguration -MinNodes 1 -MaxNodes 10
                $few = Get-NodeScalePlan
                $few.Create | Should -Be 1
                @($few.Pods | Where-Object Reason -EQ NodeLimit).Message | Should -BeLike '*maxNodes of the configuration is 10*'
            }
            finally { Set-NodeManagerConfiguration -EnableAutoScaling $false -MinNodes 1 -MaxNodes 10 }
        }

        It 'warns that past decisions are unknown' {
            Get-NodeScalePlan -At 10m -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warned | Should -BeLike '*decision*'
        }

        It 'is readable at 80 columns' {
            foreach ($view in $plan, $plan.Pods, $plan.Machines, $plan.Nodes, $plan.Pools) {
                $lines = ($view | Out-String -Width 80) -replace '\e\[[0-9;]*m' -split "`n"
                ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
            }
        }
    }
}
