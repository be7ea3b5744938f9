BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $all = Get-ClusterNode
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Get-ClusterNode' {
    It 'returns typed nodes with their cluster' {
        $all.Count | Should -Be 12
        $all | Should -BeOfType ([NodeManager.ClusterNode])
        $all.Cluster | Sort-Object -Unique | Should -Be $session.Cluster
    }

    It 'finds a node by name, and several by wildcard, in any case' {
        $name = $all[0].Name
        (Get-ClusterNode $name).Name | Should -Be $name
        (Get-ClusterNode ($name.ToUpperInvariant())).Name | Should -Be $name
        $prefix = $name.Substring(0, 3)
        (Get-ClusterNode "$prefix*").Name | Sort-Object | Should -Be (($all.Name -like "$prefix*") | Sort-Object)
    }

    It 'accepts names from the pipeline' {
        ($all[0, 1].Name | Get-ClusterNode).Name | Sort-Object | Should -Be ($all[0, 1].Name | Sort-Object)
    }

    It 'returns nothing for an empty pipeline' {
        @() | Get-ClusterNode | Should -BeNullOrEmpty
        Get-ClusterNode "no-such-*" | Get-ClusterNode | Should -BeNullOrEmpty
    }

    It 'reports no error for a wildcard without a match' {
        Get-ClusterNode 'no-such-*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'reports each missing name, and returns the other nodes' {
        $found = Get-ClusterNode $all[0].Name, 'ghost', 'spirit' -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Name | Should -Be $all[0].Name
        $failures | Should -HaveCount 2
        $failures[0].FullyQualifiedErrorId | Should -Be 'NodeNotFound,NodeManager.Commands.GetClusterNodeCommand'
        $failures[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failures.TargetObject | Sort-Object | Should -Be @('ghost', 'spirit')
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failures[0].Exception.Message | Should -BeLike "*'ghost'*$($session.Cluster)*"
    }

    It 'filters by label, role, status and zone' {
        $zone = ($all | Where-Object Zone)[0].Zone
        (Get-ClusterNode -Zone $zone).Zone | Sort-Object -Unique | Should -Be $zone
        (Get-ClusterNode -Selector "topology.kubernetes.io/zone=$zone").Name | Sort-Object |
            Should -Be ((Get-ClusterNode -Zone $zone).Name | Sort-Object)
        $role = ($all.Roles | Select-Object -First 1)
        (Get-ClusterNode -Role $role) | ForEach-Object { $_.Roles | Should -Contain $role }
        (Get-ClusterNode -Status NotReady, Unknown).Name | Sort-Object | Should -Be (($all | Where-Object Status -ne Ready).Name | Sort-Object)
        # One set of words: filter, statistic and wait agree, and a dead kubelet is not ready.
        $statistic = Get-ClusterStatistic
        (Get-ClusterNode -Status Unknown).Count | Should -BeGreaterThan 0
        foreach ($word in 'Ready', 'NotReady', 'Cordoned') {
            $found = @(Get-ClusterNode -Status $word)
            $found.Count | Should -Be $statistic.$word -Because $word
            ($found | Wait-ClusterNode -For $word -Timeout 5 -PassThru).Name | Sort-Object | Should -Be ($found.Name | Sort-Object) -Because $word
        }
        (Get-ClusterNode -Status SchedulingDisabled).Name | Should -Be (Get-ClusterNode -Status Cordoned).Name
        Get-ClusterNode -Status Unknown | Wait-ClusterNode -For Unknown -Timeout 5 -PassThru | Should -Not -BeNullOrEmpty
        (Get-ClusterNode -Status SchedulingDisabled).Name | Sort-Object | Should -Be (($all | Where-Object Unschedulable).Name | Sort-Object)
    }

    It 'reports the position of a syntax error in a selector' {
        Get-ClusterNode -Selector 'a in (b' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidSelector,*'
        $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'returns usage only on request' {
        $all.Requested | Where-Object { $null -ne $_ } | Should -BeNullOrEmpty
        $node = Get-ClusterNode -Usage | Where-Object Status -eq Ready | Select-Object -First 1
        $node.PodCount | Should -BeGreaterThan 0
        $node.Requested.Cpu | Should -BeGreaterThan 0
        $node.CpuRequestedPercent | Should -BeGreaterThan 0
        $node.Usage.Memory | Should -BeGreaterThan 0
    }

    It 'rereads a node, and reads the node of a pod' {
        ($all[0] | Get-ClusterNode).Name | Should -Be $all[0].Name
        $pod = Get-NodePod | Select-Object -First 1
        ($pod | Get-ClusterNode).Name | Should -Be $pod.NodeName
    }
}

Describe 'Nodes as PowerShell objects' {
    It 'can be filtered, sorted and grouped' {
        ($all | Where-Object Status -eq Ready).Count | Should -BeGreaterThan 5
        $ages = ($all | Sort-Object Age).Age
        $ages[0] | Should -BeLessOrEqual $ages[-1]
        ($all | Where-Object { $_.Allocatable.Memory -gt 1gb }).Count | Should -Be $all.Count
        ($all | Group-Object Zone).Count | Should -BeGreaterOrEqual 3
        ($all | Measure-Object -Sum { $_.Allocatable.Cpu }).Sum | Should -BeGreaterThan 0
    }

    It 'become JSON of one shape, alone and together' {
        $one = $all[0] | ConvertTo-Json -Depth 5 | ConvertFrom-Json
        $many = $all | ConvertTo-Json -Depth 5 | ConvertFrom-Json
        $one.PSObject.Properties.Name | Should -Be $many[0].PSObject.Properties.Name
        $one.Name | Should -Be $all[0].Name
        $one.Allocatable.Memory | Should -Be $all[0].Allocatable.Memory
        $one.Labels.'kubernetes.io/hostname' | Should -Be $all[0].Labels['kubernetes.io/hostname']
        $one.Status | Should -BeOfType ([string])
        $one.PSObject.Properties.Name | Should -Not -Contain 'Session'
    }

    It 'become JSON of the same shape with usage' {
        $plain = ($all[0] | ConvertTo-Json -Depth 5 | ConvertFrom-Json).PSObject.Properties.Name
        $usage = (Get-ClusterNode $all[0].Name -Usage | ConvertTo-Json -Depth 5 | ConvertFrom-Json).PSObject.Properties.Name
        $usage | Should -Be $plain
    }

    It 'become readable CSV' {
        $all | Export-Csv -Path (Join-Path $TestDrive 'nodes.csv')
        $row = Import-Csv (Join-Path $TestDrive 'nodes.csv') | Where-Object Name -eq $all[0].Name
        $row.Labels | Should -BeLike '*kubernetes.io/hostname=*'
        $row.Allocatable | Should -BeLike 'cpu=*memory=*'
        foreach ($cell in $row.PSObject.Properties.Value) { $cell | Should -Not -BeLike 'System.*' }
    }

    It 'keep quantities, taints and labels through CLIXML' {
        $tainted = $all | Where-Object { $_.Taints.Count } | Select-Object -First 1
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($tainted))
        $copy.PSObject.TypeNames[0] | Should -Be 'Deserialized.NodeManager.ClusterNode'
        $copy.Allocatable.Memory | Should -Be $tainted.Allocatable.Memory
        $copy.Allocatable.Memory -gt 1gb | Should -BeTrue
        $copy.Allocatable.Cpu | Should -Be $tainted.Allocatable.Cpu
        $copy.Labels['kubernetes.io/hostname'] | Should -Be $tainted.Labels['kubernetes.io/hostname']
        $copy.Taints[0].Key | Should -Be $tainted.Taints[0].Key
        $copy.Conditions[0].Type | Should -Be $tainted.Conditions[0].Type
        $copy.Age | Should -Be $tainted.Age
        $copy.Status -eq $tainted.Status | Should -BeTrue
    }

    It 'become the same CSV after CLIXML' {
        $copies = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($all, 4))
        $one, $copy = $all[0], $copies[0] | ForEach-Object { $_ | ConvertTo-Csv | ConvertFrom-Csv }
        $copy.Labels | Should -Be $one.Labels
        $copy.Annotations | Should -Be $one.Annotations
    }

    It 'look the same after Start-Job' {
        $module = (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path
        $fromJob = Start-Job { Import-Module $using:module; $null = Connect-NodeManager -Sandbox; Get-ClusterNode -Usage } | Receive-Job -Wait -AutoRemoveJob
        $fromJob.Count | Should -Be $all.Count
        $fromJob[0].Requested.Memory | Should -BeOfType ([long])
        ($fromJob | Where-Object { $_.Allocatable.Memory -gt 1gb }).Count | Should -Be $all.Count
        ($fromJob | Out-String -Width 120) | Should -Match 'CPU req\.'
    }

    It 'are selected by name after deserialization' {
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($all[0]))
        ($copy | Set-NodeLabel -Label @{ 'from-elsewhere' = $true } -PassThru).Labels['from-elsewhere'] | Should -Be 'true'
    }
}
