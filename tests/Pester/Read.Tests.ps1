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

Describe 'Get-NodeEvent' {
    BeforeAll {
        # One is drained, the other is blocked by a PDB, which is a warning.
        $null = Invoke-NodeDrain worker-1c-01, worker-1a-01 -Once -DeleteEmptyDirData -DeleteUnmanagedPod -Confirm:$false -ErrorAction Ignore -WarningAction Ignore
    }

    AfterAll { Resume-NodeScheduling worker-1c-01, worker-1a-01 -Confirm:$false }

    It 'returns the events of all nodes, of one node, of a wildcard, and of nodes from the pipeline, the latest last' {
        $all = Get-NodeEvent
        $all | Should -BeOfType ([NodeManager.NodeEvent])
        $times = $all.LastSeen
        $times | Should -Be ($times | Sort-Object)
        $node = $nodes | Where-Object Name -EQ $all[-1].NodeName
        $events = Get-NodeEvent $node.Name
        $events.Count | Should -Be @($all | Where-Object NodeName -EQ $node.Name).Count
        $events | ForEach-Object { $_.NodeUid | Should -Be $node.Uid; $_.ClusterUid | Should -Be $session.ClusterUid }
        (Get-NodeEvent "$($node.Name.Substring(0, 6))*").NodeName | Should -Contain $node.Name
        (Get-ClusterNode | Get-NodeEvent).Count | Should -Be $all.Count
        (Get-NodeEvent -Selector "kubernetes.io/hostname=$($node.Name)").Reason | Should -Be $events.Reason
    }

    It 'selects a type' {
        (Get-NodeEvent -Type Warning).Type | Sort-Object -Unique | Should -Be 'Warning'
        (Get-NodeEvent -Type warning).Count | Should -Be @(Get-NodeEvent -Type Warning).Count
        (Get-NodeEvent -Type Normal).Count + @(Get-NodeEvent -Type Warning).Count | Should -Be @(Get-NodeEvent).Count
    }

    It 'refers to its node in commands for nodes, also from CSV' {
        $happened = @(Get-NodeEvent -Type Warning)[0]
        ($happened | Get-ClusterNode).Name | Should -Be $happened.NodeName
        ($happened | ConvertTo-Csv | ConvertFrom-Csv | Get-ClusterNode).Uid | Should -Be $happened.NodeUid
    }

    It 'reports each missing node once, and returns the events of the others' {
        $known = @(Get-NodeEvent)[0].NodeName
        $events = Get-NodeEvent ghost, $known, phantom -ErrorVariable failures -ErrorAction SilentlyContinue
        $events.NodeName | Sort-Object -Unique | Should -Be $known
        $failures.FullyQualifiedErrorId | Should -Be (@('NodeNotFound,NodeManager.Commands.GetNodeEventCommand') * 2)
    }
}

Describe 'Get-PodLog' {
    BeforeAll { $pod = @(Get-NodePod worker-1c-01 -Namespace kube-system)[0] }

    It 'returns the lines of a pod by name, with or without the namespace, from the pipeline, and from a row' {
        $lines = Get-PodLog "$pod"
        $lines | Should -BeOfType ([NodeManager.PodLogLine])
        $lines[0].PodUid | Should -BeExactly $pod.Uid
        $lines[0].NodeName | Should -BeExactly worker-1c-01
        foreach ($other in (Get-PodLog $pod.Name -Namespace kube-system), ("$pod" | Get-PodLog), ($pod | Get-PodLog), ($lines | Get-PodLog),
            ($pod | ConvertTo-Csv | ConvertFrom-Csv | Get-PodLog), (@{ Namespace = 'kube-system'; Name = $pod.Name } | Get-PodLog)) {
            $other.Text | Should -BeExactly $lines.Text
        }
    }

    It 'takes the pods of a plan of a drain' {
        $pods = (Get-NodeDrainPlan worker-1c-01 -WarningAction Ignore).Pods
        ($pods | Get-PodLog).PodUid | Sort-Object -Unique | Should -Be ($pods.Uid | Sort-Object -Unique)
    }

    It 'reports each pod that has no log, and returns the logs of the others' {
        $former = $pod | ConvertTo-Csv | ConvertFrom-Csv
        $former.Uid = 'former'
        $node = Get-ClusterNode worker-1c-01
        $lines = 'shop/ghost', $former, $node, $pod | Get-PodLog -ErrorVariable failures -ErrorAction SilentlyContinue
        $lines.PodName | Sort-Object -Unique | Should -BeExactly $pod.Name
        $failures.FullyQualifiedErrorId | Should -Be (@('PodNotFound,NodeManager.Commands.GetPodLogCommand') * 3)
        $failures.CategoryInfo.Category | Sort-Object | Should -Be InvalidArgument, ObjectNotFound, ObjectNotFound
        { Get-PodLog "$pod" -Previous -ErrorAction Stop } | Should -Throw -ErrorId 'PodLogUnavailable,*'
        { Get-PodLog "$pod" -Container ghost -ErrorAction Stop } | Should -Throw -ErrorId 'PodLogUnavailable,*'
    }

    It 'shows the pod once, and each line with its time' {
        $shown = Get-PodLog "$pod" | Out-String
        $shown | Should -Match "Pod: $pod, container "
        $shown | Should -Match '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S'
    }
}

Describe 'Get-NodeLog' {
    It 'returns the lines of nodes by name, from the pipeline, and from a row' {
        $lines = Get-NodeLog worker-1a-01 -ViaProxy
        $lines | Should -BeOfType ([NodeManager.NodeLogLine])
        $times = $lines.Time
        $times | Should -Be ($times | Sort-Object)
        $lines[0].NodeUid | Should -BeExactly (Get-ClusterNode worker-1a-01).Uid
        foreach ($other in (Get-ClusterNode worker-1a-01 | Get-NodeLog -ViaProxy), ($lines | Get-NodeLog -ViaProxy),
            ($lines[0] | ConvertTo-Csv | ConvertFrom-Csv | Get-NodeLog -ViaProxy)) {
            $other.Text | Should -BeExactly $lines.Text
        }
        (Get-NodeLog worker-1a-0* -ViaProxy -Tail 1).NodeName | Sort-Object | Should -Be worker-1a-01, worker-1a-02
    }

    It 'selects lines by time' {
        Get-NodeLog gpu-1a-01 -ViaProxy -Since 1 | Should -BeNullOrEmpty
        $first = (Get-NodeLog worker-1a-01 -ViaProxy)[0]
        (Get-NodeLog worker-1a-01 -ViaProxy -UntilTime $first.Time).Text | Should -BeExactly $first.Text
        { Get-NodeLog worker-1a-01 -Since 1h -SinceTime (Get-Date) } | Should -Throw -ErrorId 'Invalid,*'
        { Get-NodeLog worker-1a-01 -Wait -UntilTime (Get-Date) } | Should -Throw -ErrorId 'Invalid,*'
        { Get-NodeLog worker-1a-01 -Boot 1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'waits for lines until the pipeline stops' {
        (Get-NodeLog worker-1a-01 -ViaProxy -Wait | Select-Object -First 2).Count | Should -Be 2
    }

    It 'reports each log that cannot be read, and returns the others' {
        $lines = Get-NodeLog worker-1a-01, ghost -Query kubelet, sshd -ViaProxy -ErrorVariable failures -ErrorAction SilentlyContinue
        $lines.Query | Sort-Object -Unique | Should -Be kubelet
        $failures.FullyQualifiedErrorId | Sort-Object | Should -Be NodeLogUnavailable`,NodeManager.Commands.GetNodeLogCommand, NodeNotFound`,NodeManager.Commands.GetNodeLogCommand
        { Get-NodeLog worker-1a-01 -ErrorAction Stop } | Should -Throw -ErrorId 'CredentialUnsupported,*'
    }

    It 'shows the node once, and each line with its time and process' {
        $shown = Get-NodeLog worker-1a-01 -ViaProxy | Out-String
        $shown | Should -Match 'Node: worker-1a-01, kubelet'
        $shown | Should -Match '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d kubelet\[1\]: \S'
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
