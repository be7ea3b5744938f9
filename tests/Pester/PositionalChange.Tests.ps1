BeforeDiscovery {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    # Every cmdlet with a second position beside names, and a parameter that takes objects from the pipeline.
    $changes = foreach ($command in Get-Command -Module NodeManager -CommandType Cmdlet) {
        $byName = $command.ParameterSets | Where-Object { $_.Parameters | Where-Object { $_.Name -eq 'Name' -and $_.Position -eq 0 } }
        $second = $byName.Parameters | Where-Object Position -eq 1 | Select-Object -First 1 -ExpandProperty Name
        $byObject = $command.ParameterSets | Where-Object { $_.Parameters | Where-Object { $_.Name -eq 'InputObject' -and $_.ValueFromPipeline } }
        # An identity's second half, such as a machine's provider, stands only beside names.
        if ($second -and $byObject -and $byObject.Parameters.Name -contains $second) { @{ Command = $command.Name; Parameter = $second; Set = $byObject.Name } }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $nodes = Get-ClusterNode worker-* | Where-Object { -not $_.Taints } | Select-Object -First 3
    $one = $nodes[0]
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'With objects from the pipeline, the change is the first positional parameter' {
    It 'of <Command>: -<Parameter>' -ForEach $changes {
        $set = (Get-Command $Command).ParameterSets | Where-Object Name -eq $Set
        ($set.Parameters | Where-Object Name -eq $Parameter).Position | Should -Be 0
    }

    It 'of every setter' -ForEach @{ Count = $changes.Count } {
        $Count | Should -BeGreaterOrEqual 10
    }

    It 'sets and removes taints' {
        $nodes | Set-NodeTaint 'a=b:NoSchedule'
        (Get-ClusterNode $nodes.Name).ForEach({ "$($_.Taints)" }) | Should -Be (@('a=b:NoSchedule') * 3)
        $nodes | Set-NodeTaint 'c:NoSchedule', 'd=e:PreferNoSchedule'
        "$((Get-ClusterNode $one.Name).Taints)" | Should -BeLike '*c:NoSchedule*d=e:PreferNoSchedule*'
        $nodes | Remove-NodeTaint 'a'
        Get-ClusterNode $nodes.Name | Remove-NodeTaint 'c:NoSchedule', 'd'
        (Get-ClusterNode $nodes.Name).ForEach({ @($_.Taints).Count }) | Should -Be 0, 0, 0
    }

    It 'sets and removes labels' {
        $nodes | Set-NodeLabel 'p18=text'
        $nodes | Set-NodeLabel @{ p18map = 'map'; name = 'x' }
        $nodes | Set-NodeLabel 'p18one=1', 'p18two=2'
        foreach ($node in Get-ClusterNode $nodes.Name) {
            $node.Labels['p18'], $node.Labels['p18map'], $node.Labels['name'], $node.Labels['p18one'], $node.Labels['p18two'] | Should -Be 'text', 'map', 'x', '1', '2'
        }
        $nodes | Remove-NodeLabel p18
        $nodes | Remove-NodeLabel p18map, name, 'p18o*', p18two
        foreach ($node in Get-ClusterNode $nodes.Name) { $node.Labels.Keys | Where-Object { $_ -like 'p18*' -or $_ -eq 'name' } | Should -BeNullOrEmpty }
    }

    It 'sets and removes annotations' {
        $nodes | Set-NodeAnnotation 'example.com/p18=text'
        $nodes | Set-NodeAnnotation @{ 'example.com/p18map' = 'map' }
        (Get-ClusterNode $one.Name).Annotations['example.com/p18'], (Get-ClusterNode $one.Name).Annotations['example.com/p18map'] | Should -Be 'text', 'map'
        $nodes | Remove-NodeAnnotation 'example.com/p18*'
        (Get-ClusterNode $one.Name).Annotations.Keys -like 'example.com/p18*' | Should -BeNullOrEmpty
    }

    It 'waits for what is named' {
        ($nodes | Wait-ClusterNode Ready -Timeout 30s -PassThru).Count | Should -Be 3
        $nodes | Wait-ClusterNode NotReady -Timeout 0 -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.Count | Should -Be 3
    }

    It 'takes piped names, rows of files and pods as well' {
        $nodes.Name | Set-NodeLabel 'p18=names'
        (Get-ClusterNode $nodes.Name).ForEach({ $_.Labels['p18'] }) | Should -Be 'names', 'names', 'names'
        $nodes | Select-Object Name, Uid, Cluster, ClusterUid | ConvertTo-Csv | ConvertFrom-Csv | Set-NodeLabel 'p18=rows' -Overwrite
        (Get-ClusterNode $nodes.Name).ForEach({ $_.Labels['p18'] }) | Should -Be 'rows', 'rows', 'rows'
        "$($one.Name.Substring(0, $one.Name.Length - 1))*" | Remove-NodeLabel p18
        (Get-ClusterNode $one.Name).Labels.ContainsKey('p18') | Should -BeFalse
        "Name,Key,Value`n$($one.Name),p18row,cell" | ConvertFrom-Csv | Set-NodeLabel
        (Get-ClusterNode $one.Name).Labels['p18row'] | Should -Be 'cell'
        Get-NodePod $one.Name | Select-Object -First 1 | Set-NodeLabel 'p18pod=yes'
        (Get-ClusterNode $one.Name).Labels['p18pod'] | Should -Be 'yes'
        $nodes | Remove-NodeLabel p18, p18row, p18pod
    }

    It 'keeps names in the first position without pipeline input' {
        Set-NodeLabel $one.Name @{ p18 = 'name' }
        Set-NodeLabel $one.Name 'p18=again', 'p18b=c' -Overwrite
        Set-NodeLabel $one.Name -Key p18c -Value d
        Set-NodeLabel $nodes @{ p18d = 'objects' }
        Set-NodeTaint $one.Name 'p18=b:NoSchedule'
        Set-NodeTaint -InputObject $one 'p18c=b:NoSchedule'
        $now = Get-ClusterNode $one.Name
        $now.Labels['p18'], $now.Labels['p18b'], $now.Labels['p18c'], $now.Labels['p18d'] | Should -Be 'again', 'c', 'd', 'objects'
        "$($now.Taints)" | Should -BeLike '*p18=b:NoSchedule*p18c=b:NoSchedule*'
        (Get-ClusterNode $nodes[2].Name).Labels['p18d'] | Should -Be 'objects'
        Remove-NodeTaint $one.Name 'p18', 'p18c'
        Remove-NodeLabel $nodes p18*
        $nodes | Set-NodeTaint -Key named -Effect NoSchedule
        $nodes | Remove-NodeTaint -Taint named
        (Get-ClusterNode $nodes.Name).ForEach({ @($_.Taints).Count }) | Should -Be 0, 0, 0
    }

    It 'refuses names in addition to pipeline input' {
        foreach ($call in { $nodes | Set-NodeTaint w1 'a=b:NoSchedule' }, { $nodes | Remove-NodeLabel -Name w1 }, { $nodes | Set-NodeLabel -Name w1 -Label a=b }) {
            $call | Should -Throw -ErrorId 'InputAmbiguous,*'
        }
    }

    It 'refuses what is not a change' {
        { $nodes | Set-NodeLabel 'no-entry' } | Should -Throw '*is not an entry*'
        { $nodes | Set-NodeLabel '' } | Should -Throw
        { $nodes | Set-NodeTaint 'nonsense' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidTaint,*'
        { $nodes | Remove-NodeLabel -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidLabelKey,*'
        { Remove-NodeLabel $one.Name 'a', '' } | Should -Throw
    }

    It 'is the number of nodes of a pool, and what to wait for' {
        $pool = Get-NodePool worker
        $summary = (Resize-NodePool worker 6 -WhatIf).Summary
        $summary | Should -Not -BeNullOrEmpty
        ($pool | Resize-NodePool 6 -WhatIf).Summary | Should -Be $summary
        ($pool | Resize-NodePool '6' -WhatIf).Summary | Should -Be $summary
        ('worker' | Resize-NodePool 6 -WhatIf).Summary | Should -Be $summary
        { $pool | Resize-NodePool -5 } | Should -Throw
        { $pool | Resize-NodePool -ErrorAction Stop } | Should -Throw -ErrorId 'NodePoolInvalid,*'
    }
}
