#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# Drains and maintenances on real kubelets with real pods, in two minutes. RealNodesNightly.Tests.ps1 has the rest. tests/README.md names the
# variables.
BeforeDiscovery {
    $isThere = [bool] $env:NODEMANAGER_REAL_KUBECONFIG
    $hasKubelet = $isThere -and $env:NODEMANAGER_REAL_KUBELET
    if (-not $isThere) { Write-Host 'Skipped: NODEMANAGER_REAL_KUBECONFIG names no cluster with real nodes.' }
}

Describe 'Real kubelets' -Skip:(-not $isThere) {
    BeforeAll { . "$PSScriptRoot/RealNodes.ps1" }

    AfterAll { Remove-Layout }

    It 'drains a node and keeps the PDB, by the API and by the pods that answer' {
        $node = $names[0]
        $plan = Get-NodeDrainPlan $node @others
        $seen = Measure-Availability web { Invoke-NodeDrain $node @others -Timeout 2m }
        $result = $seen.Output
        $result.Status | Should -Be Drained -Because $result.Summary
        $result.Evicted | Should -Be $plan.Evict
        $result.Duration | Should -BeLessOrEqual ($plan.EstimatedDuration + $lateRemoval)
        $seen.Count | Should -BeGreaterThan 2
        $seen.Api | Should -BeGreaterOrEqual 5
        $seen.Http | Should -BeGreaterOrEqual 5
        @(Get-NodePod $node -Namespace $ns | Where-Object Name -NotMatch '^(agent|single)-').Count | Should -Be 0
        Write-Host "    drain: $($result.Evicted) pods in $([math]::Round($result.Duration.TotalSeconds, 1)) s; at least $($seen.Api) of 6 ready, $($seen.Http) answered, $($seen.Count) samples"
    }

    It 'waits for preStop hooks, and for processes that ignore SIGTERM' {
        Reset-Layout
        $where = @{}; foreach ($app in 'data', 'stubborn') { $where[$app] = (Get-Pod $app)[0].spec.nodeName }
        $results = Invoke-NodeDrain ($where.Values | Sort-Object -Unique) -PodSelector 'app in (data,stubborn)' -DeleteEmptyDirData -Timeout 2m
        $results.Status | Sort-Object -Unique | Should -Be Drained
        $ends = @{}; foreach ($step in $results.Timeline | Where-Object Step -EQ Terminate) { $ends[($step.Pod -replace '^.*/(\w+)-.*$', '$1')] = $step.Duration.TotalSeconds }
        $ends.data | Should -BeGreaterOrEqual 3
        $ends.data | Should -BeLessThan 7
        $ends.stubborn | Should -BeGreaterOrEqual 6
        $ends.stubborn | Should -BeLessThan 10
    }

    It 'replaces a single pod behind minAvailable 1 with -Surge, and it always answers' {
        Reset-Layout
        $node = (Get-Pod single)[0].spec.nodeName
        $seen = Measure-Availability single { Invoke-NodeDrain $node -PodSelector app=single -Surge -Timeout 2m }
        $seen.Output.Status | Should -Be Drained
        $seen.Api | Should -BeGreaterOrEqual 1
        $seen.Http | Should -BeGreaterOrEqual 1
    }

    It 'names a finalizer that holds a terminated pod, and continues without it' {
        Reset-Layout
        $pod = (Get-Pod free)[0]
        $null = Send PATCH "$pods/$($pod.metadata.name)" '{"metadata":{"finalizers":["example.local/hold"]}}' 'application/merge-patch+json'
        $result = Invoke-NodeDrain $pod.spec.nodeName -PodSelector app=free -Timeout 6s -ErrorAction SilentlyContinue
        $result.Status | Should -Be TimedOut
        $result.Blockers.Message -join ' ' | Should -Match 'example.local/hold'
        $null = Send PATCH "$pods/$($pod.metadata.name)" '{"metadata":{"finalizers":null}}' 'application/merge-patch+json'
        (Invoke-NodeDrain $pod.spec.nodeName -PodSelector app=free -Timeout 1m).Status | Should -Be Drained
    }

    It 'maintains all nodes with a restart of each kubelet' -Skip:(-not $hasKubelet) {
        Reset-Layout
        $run = Invoke-NodeMaintenance $names -ScriptBlock { & $env:NODEMANAGER_REAL_KUBELET restart $_.Name } -PodSelector 'app notin (single)' -DeleteEmptyDirData -PassThru
        $run.Status | Should -Be Completed
        $run.Nodes.Status | Sort-Object -Unique | Should -Be Completed
        (Get-ClusterNode $names).Status | Sort-Object -Unique | Should -Be Ready
        (Get-ClusterNode $names).Unschedulable | Should -Not -Contain $true
    }
}
