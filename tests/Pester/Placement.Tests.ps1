BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Select-ClusterNode' {
    BeforeEach { $null = Connect-NodeManager -Sandbox }

    AfterEach { Get-NodeManagerSession | Disconnect-NodeManager }

    It 'selects a ready, schedulable node and reports the reason' {
        $selected = Select-ClusterNode -Cpu 500m -Memory 1gb
        $selected | Should -BeOfType NodeManager.NodeSelection
        $node = Get-ClusterNode $selected.Name
        $node.Status | Should -Be 'Ready'
        $node.Unschedulable | Should -BeFalse
        $selected.Reasons | Should -BeLike 'fewest sessions of * eligible nodes: *'
        $selected.FreeCpu | Should -BeGreaterOrEqual 0.5
    }

    It 'uses the strategy of the configuration' {
        Set-NodeManagerConfiguration -NodeSelectionStrategy RoundRobin
        $names = 1..10 | ForEach-Object { (Select-ClusterNode).Name }
        $counts = $names | Group-Object -NoElement | ForEach-Object Count
        ($counts | Measure-Object -Maximum).Maximum - ($counts | Measure-Object -Minimum).Minimum | Should -BeLessOrEqual 1
        ($names | Select-Object -Unique).Count | Should -BeGreaterThan 1
    }

    It 'alternates nodes for callers in several runspaces' {
        $session = Get-NodeManagerSession
        $module = "$PSScriptRoot/../../NodeManager.psd1"
        # 1250 for the 10,000 calls of the long run; see tests/README.md.
        $each = [int] ($env:NODEMANAGER_SELECTIONS ?? 200) / 8
        $names = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:module
            1..$using:each | ForEach-Object { (Select-ClusterNode RoundRobin -Session $using:session).Name }
        }
        $counts = $names | Group-Object -NoElement | ForEach-Object Count
        ($counts | Measure-Object -Sum).Sum | Should -Be (8 * $each)
        ($counts | Measure-Object -Maximum).Maximum - ($counts | Measure-Object -Minimum).Minimum | Should -BeLessOrEqual 1
    }

    It 'reserves the selected room' {
        $free = (Select-ClusterNode -Explain | Where-Object IsEligible | Measure-Object FreeCpu -Maximum).Maximum
        $most = [Math]::Floor($free * 1000 * 0.6)
        $first = Select-ClusterNode MostResources -Cpu "${most}m"
        (Select-ClusterNode MostResources -Cpu "${most}m" -ErrorAction SilentlyContinue).Name | Should -Not -Be $first.Name
    }

    It 'explains every node' {
        $all = Select-ClusterNode -Cpu 900 -Explain
        $all.Count | Should -Be (Get-ClusterNode).Count
        $all.IsSelected | Should -Not -Contain $true
        $all.Reasons | Should -Contain 'Insufficient cpu'
        $all.Reasons | Should -Contain 'node(s) were unschedulable'
    }

    It 'reports an error if no node fits' {
        { Select-ClusterNode -Cpu 900 -ErrorAction Stop } | Should -Throw -ErrorId 'NoNodeFits,NodeManager.Commands.SelectClusterNodeCommand' -ExpectedMessage '*nodes are available*Insufficient cpu*'
    }

    It 'selects several nodes, and warns if fewer fit' {
        $selected = Select-ClusterNode -Count 100 -WarningVariable warnings -WarningAction SilentlyContinue
        ($selected.Name | Select-Object -Unique).Count | Should -Be @($selected).Count
        $warnings | Should -BeLike '*of 100 nodes are eligible*-AllowRepeat*'
        @(Select-ClusterNode -Count 100 -AllowRepeat).Count | Should -Be 100
    }

    It 'repeats a random selection with its seed' {
        Select-ClusterNode Random -Seed 3 -Count 3 | ForEach-Object Name | Should -Be (Select-ClusterNode Random -Seed 3 -Count 3).Name
    }

    It 'applies a selector, and passes nodes to the pipeline' {
        $zone = (Get-ClusterNode worker-1b-01).Zone
        $selected = Select-ClusterNode -Selector @{ 'topology.kubernetes.io/zone' = $zone } -Toleration *
        ($selected | Get-ClusterNode).Zone | Should -Be $zone
    }

    It 'counts active pods other than mirror and DaemonSet pods, or the pods of -SessionSelector, as sessions' {
        $pods = Get-ClusterNode | Get-NodePod
        $active = $pods | Where-Object Phase -NotIn Succeeded, Failed
        $explained = Select-ClusterNode -Explain
        foreach ($one in $explained) {
            $one.Sessions | Should -Be @($active | Where-Object { $_.NodeName -eq $one.Name -and $_.OwnerKind -notin 'DaemonSet', 'Node' }).Count -Because $one.Name
        }
        ($explained.Sessions | Measure-Object -Sum).Sum | Should -BeGreaterThan 0
        $app = ($active | Where-Object { $_.Labels['app'] -and $_.OwnerKind -eq 'ReplicaSet' } | Select-Object -First 1).Labels['app']
        foreach ($one in Select-ClusterNode -Explain -SessionSelector "app=$app" -Strategy Random) {
            # The selection before is a session until its pod is there.
            $before = [int] @($explained | Where-Object { $_.IsSelected -and $_.Name -eq $one.Name }).Count
            $one.Sessions | Should -Be ($before + @($active | Where-Object { $_.NodeName -eq $one.Name -and $_.Labels['app'] -eq $app }).Count) -Because $one.Name
        }
    }

    It 'accepts any resource, and tolerations' {
        $gpu = @{ 'nvidia.com/gpu' = 1 }
        $node = Get-ClusterNode gpu-* | Where-Object { @($_.Taints).Count -eq 1 } | Select-Object -First 1
        $node.Allocatable.Extended['nvidia.com/gpu'] | Should -BeGreaterThan 0
        $taint = $node.Taints[0]
        { Select-ClusterNode -Resource $gpu -ErrorAction Stop } | Should -Throw -ErrorId 'NoNodeFits,*' -ExpectedMessage "*$($taint.Key)*"
        { Select-ClusterNode -Resource @{ 'nvidia.com/gpu' = 1000 } -Toleration * -ErrorAction Stop } | Should -Throw -ErrorId 'NoNodeFits,*' -ExpectedMessage '*Insufficient nvidia.com/gpu*'
        $one = @{ Explain = $true; Strategy = 'Random' }
        "$((Select-ClusterNode @one | Where-Object Name -EQ $node.Name).Reasons)" | Should -BeLike '*untolerated taint*'
        "$((Select-ClusterNode @one -Toleration "$($taint.Key):$($taint.Effect)" | Where-Object Name -EQ $node.Name).Reasons)" | Should -Not -BeLike '*untolerated taint*'
        $selected = Select-ClusterNode -Resource @{ 'ephemeral-storage' = '20Gi' }
        (Get-ClusterNode $selected.Name).Allocatable.EphemeralStorage | Should -BeGreaterThan 20gb
    }

    It 'reads a manifest, and returns patches for it' {
        Set-Content $TestDrive/web.yaml "apiVersion: apps/v1`nkind: Deployment`nmetadata: {name: web}`nspec: {template: {spec: {containers: [{name: web, resources: {requests: {cpu: 250m}}}]}}}"
        $selected = Select-ClusterNode -Pod $TestDrive/web.yaml
        ($selected.AffinityPatch | ConvertFrom-Json).spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.matchFields.values | Should -Be $selected.Name
        ($selected.SelectorPatch | ConvertFrom-Json).spec.nodeSelector.'kubernetes.io/hostname' | Should -Be $selected.Name
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'an unknown strategy'; Parameters = @{ Strategy = 'Best' }; Id = 'ParameterArgumentValidationError' }
        @{ Name = 'a bad amount'; Parameters = @{ Memory = 'much' }; Id = 'InvalidQuantity' }
        @{ Name = 'a bad toleration'; Parameters = @{ Toleration = 'a:Never' }; Id = 'InvalidTaint' }
        @{ Name = 'a manifest that is not there'; Parameters = @{ Pod = '/nowhere/pod.yaml' }; Id = 'ManifestInvalid' }
    ) {
        { Select-ClusterNode @Parameters } | Should -Throw -ErrorId "$Id,NodeManager.Commands.SelectClusterNodeCommand"
    }
}
