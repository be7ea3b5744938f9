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

Describe 'Get-NodeImage' {
    It 'returns the images of all nodes, of one node, of a wildcard, and of nodes from the pipeline' {
        $all = Get-NodeImage
        $all | Should -BeOfType ([NodeManager.NodeImage])
        $all.NodeName | Sort-Object -Unique | Should -HaveCount $nodes.Count
        $node = $nodes[0]
        $images = Get-NodeImage $node.Name
        $images.Count | Should -Be @($all | Where-Object NodeName -EQ $node.Name).Count
        $images | ForEach-Object { $_.NodeUid | Should -Be $node.Uid; $_.ClusterUid | Should -Be $session.ClusterUid }
        (Get-NodeImage "$($node.Name.Substring(0, 6))*").NodeName | Should -Contain $node.Name
        (Get-ClusterNode | Get-NodeImage).Count | Should -Be $all.Count
        (Get-NodeImage -Selector "kubernetes.io/hostname=$($node.Name)").Name | Should -Be $images.Name
    }

    It 'has the size in bytes, and shows it with a unit' {
        $image = (Get-NodeImage $nodes[0].Name)[0]
        $image.Size | Should -BeOfType ([long])
        $image.Size | Should -BeGreaterThan 1mb
        $image.Names | Should -Contain $image.Name
        ($image | Out-String) | Should -Match ([regex]::Escape([NodeManager.ByteSize]::Format($image.Size)))
        ($image | ConvertTo-Json | ConvertFrom-Json).Size | Should -Be $image.Size
    }

    It 'refers to its node in commands for nodes, also from CSV' {
        $image = (Get-NodeImage $nodes[0].Name)[0]
        ($image | Get-ClusterNode).Uid | Should -Be $nodes[0].Uid
        ($image | ConvertTo-Csv | ConvertFrom-Csv | Get-ClusterNode).Uid | Should -Be $nodes[0].Uid
    }

    It 'reports each missing node once, and returns the images of the others' {
        $images = Get-NodeImage ghost, $nodes[0].Name, phantom -ErrorVariable failures -ErrorAction SilentlyContinue
        $images.NodeName | Sort-Object -Unique | Should -Be $nodes[0].Name
        $failures.FullyQualifiedErrorId | Should -Be (@('NodeNotFound,NodeManager.Commands.GetNodeImageCommand') * 2)
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
