#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# Pools that the cluster keeps itself: NodeSmithPools on the embedded cluster, with simulated machines.
BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxSpeed 30
    $ConfirmPreference = 'None'
    $PSDefaultParameterValues = @{ 'Wait-NodePool:Timeout' = '2h' }

    function IdOf([scriptblock] $Script) {
        try { & $Script } catch { return $_.FullyQualifiedErrorId -replace ',.*' }
    }

    $uninstalled = @(
        IdOf { Get-NodePool -Provider Cluster -ErrorAction Stop }
        IdOf { Get-NodePool x -Provider Cluster -ErrorAction Stop }
        IdOf { New-NodePool x -NodeProvider sim -ErrorAction Stop }
        IdOf { Wait-NodePool x -Provider Cluster -ErrorAction Stop }
    )
    $null = Install-NodeAutoscaler
    $null = New-NodeProvider sim simulated
}

AfterAll { $session | Disconnect-NodeManager }

Describe 'Pools of the cluster' {
    It 'are refused if the autoscaler is not installed' {
        $uninstalled | Should -Be (@('AutoscalerNotInstalled') * 4)
    }

    It 'are not the default with a pool service' {
        (Get-NodePool).Provider | Select-Object -Unique | Should -Be Service
        Get-NodePool -Provider Cluster | Should -BeNullOrEmpty
    }

    It 'are planned, created once, and named by a control plane' {
        $plan = New-NodePool batch -NodeProvider sim -MinNodes 2 -MaxNodes 5 -Label @{ tier = 'a' } -WhatIf
        $plan.Effect, $plan.DesiredNodes, $plan.IsCertain, $plan.Provider | Should -Be AddsNodes, 2, $true, Cluster
        Get-NodePool -Provider Cluster | Should -BeNullOrEmpty

        $pool = New-NodePool batch -NodeProvider sim -MinNodes 2 -MaxNodes 5 -Label @{ tier = 'a' } -Taint dedicated=batch:NoSchedule -Shape small=2x4Gi, large=8x32Gi@zone-a -MemoryLimit 100Gi -DrainTimeout 5m
        $pool.Provider, $pool.Namespace, $pool.Generation | Should -Be Cluster, kubenodesmith, 1
        $pool.Spec.NodeProvider, "$($pool.Spec.Shapes)", $pool.Spec.MemoryLimit, $pool.Spec.DrainTimeout | Should -Be sim, 'small=2x4Gi large=8x32Gi@zone-a', 100GB, ([timespan] '00:05:00')
        IdOf { New-NodePool batch -NodeProvider sim -ErrorAction Stop } | Should -Be NodePoolExists
        (Get-NodeAutoscaler).Pools.Name | Should -Be batch
    }

    It 'take rules of scaling down, and return them as they were given' {
        $budgets = '10%', '0+reasons=Drifted,Expired+schedule=0 8 * * mon-fri+duration=10h'
        $down = (New-NodePool saver -NodeProvider sim -Consolidation multinode -ReplaceByCost $true -ReplaceDrifted $true -ExpireAfter 30d -Budget $budgets).Spec.ScaleDown
        $down.Consolidation, $down.ReplaceByCost, $down.ReplaceDrifted, $down.ExpireAfter | Should -Be MultiNode, $true, $true, ([timespan] '30.00:00:00')
        $down.Budgets | ForEach-Object { "$_" } | Should -Be $budgets
        # Objects of one pool are input for another.
        Set-NodePool saver -Provider Cluster -Budget $down.Budgets -ReplaceByCost $false
        $read = (Get-NodePool saver -Provider Cluster).Spec.ScaleDown
        $read.Budgets | ForEach-Object { "$_" } | Should -Be $budgets
        $read.ReplaceByCost, $read.ReplaceDrifted | Should -Be $false, $true
        Set-NodePool saver -Provider Cluster -Budget @() -ExpireAfter 0
        $read = (Get-NodePool saver -Provider Cluster).Spec.ScaleDown
        $read.Budgets.Count, $read.ExpireAfter | Should -Be 0, $null
        IdOf { Set-NodePool saver -Provider Cluster -Budget '1+reasons=Idle' -ErrorAction Stop } | Should -Be NodePoolInvalid
        IdOf { Set-NodePool memory -Consolidation SingleNode -ErrorAction Stop } | Should -Be NodePoolFieldUnsupported
        Remove-NodePool saver -Provider Cluster -Confirm:$false
    }

    It 'are read by name, id, object, and as a row' {
        $pool = Get-NodePool batch -Provider Cluster
        (Get-NodePool b* -Provider Cluster).Id | Should -Be $pool.Id
        (Get-NodePool -Id $pool.Id -Provider Cluster).Name | Should -Be batch
        ($pool | Get-NodePool).Id | Should -Be $pool.Id
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($pool))
        ($copy | Get-NodePool).Id | Should -Be $pool.Id
        IdOf { Get-NodePool none -Provider Cluster -ErrorAction Stop } | Should -Be NodePoolNotFound
        (TabExpansion2 'Get-NodePool ba -Provider Cluster' 15).CompletionMatches.CompletionText | Should -Be batch
    }

    It 'refuse fields of a pool service, with the reason' {
        $cloud = New-NodePoolPlatform gcp n1-standard-4
        New-NodePool x -Platform $cloud -Provider Cluster -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike NodePoolInvalid*
        "$failed" | Should -BeLike '*spec.platform belongs to a pool service*'
        IdOf { Set-NodePool batch -Provider Cluster -MachineType large -ErrorAction Stop } | Should -Be NodePoolFieldUnsupported
        IdOf { Set-NodePool batch -Provider Cluster -NewName other -ErrorAction Stop } | Should -Be NodePoolFieldUnsupported
        IdOf { Set-NodePool memory -Shape small=2x4Gi -ErrorAction Stop } | Should -Be NodePoolFieldUnsupported
        IdOf { Resize-NodePool batch 9 -Provider Cluster -ErrorAction Stop } | Should -Be NodePoolInvalid
        IdOf { Get-NodePool batch -Provider Cluster -Cluster other -ErrorAction Stop } | Should -Be PoolClusterNotFound
    }

    It 'are checked offline' {
        $result = Test-NodePool @{ providerRef = 'sim'; limits = @{ minNodes = 3; maxNodes = 1; cpuCores = 0; memoryMiB = 0 }; colour = 'red' }
        $result.IsValid | Should -BeFalse
        $result.Findings.Field | Should -Contain spec.limits
        ($result.Findings | Where-Object Field -eq spec.colour).Severity | Should -Be Warning
        (Test-NodePool "kind: NodeSmithPool`nmetadata: { name: web }`nspec: { providerRef: sim }").IsValid | Should -BeTrue
    }

    It 'get their nodes, which select the pool' {
        (Get-NodePoolStatus batch -Provider Cluster).Phase | Should -Be Pending
        $null = Start-NodeAutoscaler -Once
        $ready = Wait-NodePool batch -Provider Cluster -PassThru
        $ready.Phase, $ready.Health, $ready.Status.ActiveNodes | Should -Be Ready, Healthy, 2
        $nodes = Get-NodePool batch -Provider Cluster | Get-ClusterNode
        $nodes.Count | Should -Be 2
        (Get-ClusterNode -Pool batch).Name | Should -Be $nodes.Name
        ($nodes[0] | Get-NodePool).Id | Should -Be $ready.Id
        (Get-NodePool batch -Provider Cluster | Get-NodeDrainPlan).Node | Should -Be $nodes.Name
        (Get-NodePool batch -Provider Cluster | Invoke-NodeMaintenance -ScriptBlock { }).Status | Select-Object -Unique | Should -Be Completed
    }

    It 'predict the effect of a change' {
        $template = Set-NodePool batch -Provider Cluster -Label @{ tier = 'b' } -WhatIf
        $template.Effect, $template.IsCertain | Should -Be InPlace, $true
        $template.Fields[0].Reason | Should -BeLike '*Update-NodePool*'
        $more = Resize-NodePool batch 4 -Provider Cluster -WhatIf
        $more.Effect, $more.DesiredNodes, $more.Fields[0].Nodes | Should -Be AddsNodes, 4, 2
        $less = Get-NodePool batch -Provider Cluster | Set-NodePool -MinNodes 0 -WhatIf
        $less.Effect, $less.Nodes.Count, $less.DesiredNodes | Should -Be RemovesNodes, 2, 0
        (Get-NodePool batch -Provider Cluster).Generation | Should -Be 1
    }

    It 'change only the named fields' {
        $changed = Set-NodePool batch -Provider Cluster -Label @{ tier = 'b' } -NodeCount 3 -PassThru
        $changed.Generation, $changed.Spec.NodeCount, "$($changed.Spec.Platform.Labels)", $changed.Spec.Autoscaling.MinNodes | Should -Be 2, 3, 'tier=b', 2
        $changed | Set-NodePool -Patch @{ nodeCount = $null }
        (Get-NodePool batch -Provider Cluster).Spec.NodeCount | Should -BeNullOrEmpty
        IdOf { $changed | Set-NodePool -MinNodes 1 -ErrorAction Stop } | Should -Be Conflict
    }

    It 'can be a template for others' {
        $copy = Get-NodePool batch -Provider Cluster | New-NodePool night -MinNodes 0
        $copy.Provider, $copy.Spec.Autoscaling.MinNodes, "$($copy.Spec.Platform.Labels)" | Should -Be Cluster, 0, 'tier=b'
    }

    It 'accept status reports of other controllers' {
        $status = Set-NodePoolStatus night backup.example.com -Provider Cluster -Condition Ready=False -PassThru
        ($status.Controllers | Where-Object Name -eq backup.example.com).Conditions[0].Status | Should -Be False
        IdOf { Set-NodePoolStatus night kubenodesmith -Provider Cluster -Condition Ready=True -ErrorAction Stop } | Should -Be NodePoolFieldUnsupported
    }

    It 'are deleted with their nodes' {
        $plan = Remove-NodePool batch -Provider Cluster -WhatIf
        $plan.Effect, $plan.Nodes.Count | Should -Be RemovesNodes, 2
        Get-NodePool -Provider Cluster | Remove-NodePool
        $null = Start-NodeAutoscaler -Once
        Wait-NodePool batch -Provider Cluster -For Deleted
        Get-ClusterNode -Pool batch | Should -BeNullOrEmpty
        (Get-NodeAutoscaler).Pools | Should -BeNullOrEmpty
    }
}
