BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $nodes = Get-ClusterNode
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Get-NodePod' {
    It 'returns the pods of all nodes, of one node, or of a wildcard' {
        $all = Get-NodePod
        $all | Should -BeOfType ([NodeManager.NodePod])
        $busy = ($all | Group-Object NodeName | Sort-Object Count -Descending)[0]
        (Get-NodePod $busy.Name).Count | Should -Be $busy.Count
        (Get-NodePod '*').Count | Should -Be $all.Count
        ($busy.Name | Get-NodePod).Count | Should -Be $busy.Count
        ($nodes | Where-Object Name -eq $busy.Name | Get-NodePod).Count | Should -Be $busy.Count
    }

    It 'filters by namespace and label' {
        (Get-NodePod -Namespace kube-system).Namespace | Sort-Object -Unique | Should -Be 'kube-system'
        $pod = Get-NodePod | Where-Object { $_.Labels.Count } | Select-Object -First 1
        $key = @($pod.Labels.Keys)[0]
        (Get-NodePod -Selector "$key=$($pod.Labels[$key])").Name | Should -Contain $pod.Name
    }

    It 'reports a missing node' {
        Get-NodePod ghost -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeNotFound,*'
    }
}

Describe 'Get-ClusterStatistic' {
    It 'counts the cluster' {
        $total = Get-ClusterStatistic
        $total | Should -HaveCount 1
        $total.Nodes | Should -Be 12
        $total.Ready + $total.NotReady | Should -Be 12
        $total.Cordoned | Should -Be @($nodes | Where-Object Unschedulable).Count
        $total.Resources.Name | Should -Contain 'cpu'
        ($total.Resources | Where-Object Name -eq memory).RequestedPercent | Should -BeGreaterThan 0
    }

    It 'counts by <_>' -ForEach 'Zone', 'Role', 'kubernetes.io/arch' {
        $groups = Get-ClusterStatistic $_
        $groups.GroupBy | Sort-Object -Unique | Should -Be $_
        ($groups | Measure-Object Nodes -Sum).Sum | Should -BeGreaterOrEqual 12
    }
}
