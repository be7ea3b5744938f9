BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $nodes = Get-ClusterNode -Status Ready
    $name = $nodes[0].Name
    $other = $nodes[1].Name
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Set-NodeLabel and Remove-NodeLabel' {
    It 'are silent, unless -PassThru' {
        Set-NodeLabel $name -Label @{ silent = 1 } | Should -BeNullOrEmpty
        (Set-NodeLabel $name -Label @{ silent = 1 } -PassThru).Labels['silent'] | Should -Be '1'
    }

    It 'set several at once, on several nodes, from the pipeline' {
        $changed = $nodes | Set-NodeLabel -Label ([ordered]@{ team = 'blue'; 'example.com/tier' = 'gold' }) -PassThru
        $changed.Count | Should -Be $nodes.Count
        (Get-ClusterNode -Selector 'team=blue,example.com/tier=gold').Count | Should -Be $nodes.Count
        $nodes.Name | Remove-NodeLabel -Key team, example.com/tier, never-there
        Get-ClusterNode -Selector 'team' | Should -BeNullOrEmpty
    }

    It 'change a value that is there only with -Overwrite, and else change nothing' {
        Set-NodeLabel $name -Label @{ colour = 'red' }
        Set-NodeLabel $name -Label @{ colour = 'blue'; shape = 'round' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ValueExists,*'
        $failures[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        $now = Get-ClusterNode $name
        $now.Labels['colour'] | Should -Be 'red'
        $now.Labels.ContainsKey('shape') | Should -BeFalse
        (Set-NodeLabel $name -Label @{ colour = 'blue' } -Overwrite -PassThru).Labels['colour'] | Should -Be 'blue'
    }

    It 'refuse what Kubernetes would, and name the rule' {
        Set-NodeLabel $name -Label @{ 'bad key!' = 'x' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidLabelKey,*'
        Set-NodeLabel $name -Label @{ good = 'not a value' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidLabelValue,*'
        $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'refuse a value that is null, as a variable is that was never set' {
        $failure = { Set-NodeLabel $name -Label @{ unset = $null } -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidLabelValue,*'
        $failure = { Set-NodeAnnotation $name -Annotation @{ unset = $null } -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidAnnotationValue,*'
        Set-NodeLabel $name -Label @{ unset = '' }
        (Get-ClusterNode $name).Labels['unset'] | Should -Be ''
    }

    It 'report an unknown node, and change the others' {
        'ghost', $name | Set-NodeLabel -Label @{ seen = 'yes' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeNotFound,*'
        (Get-ClusterNode $name).Labels['seen'] | Should -Be 'yes'
    }

    It 'stand for nodes with wildcards, and do nothing for one that matches none' {
        Set-NodeLabel '*' -Label @{ wild = 'card' }
        (Get-ClusterNode -Selector wild=card).Count | Should -Be 12
        Set-NodeLabel 'no-such-*' -Label @{ wild = 'goose' } -ErrorAction Stop
        Get-ClusterNode -Selector wild=goose | Should -BeNullOrEmpty
    }

    It 'change nothing with -WhatIf, and name node and cluster' {
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command @"
            Import-Module '$PSScriptRoot/../../NodeManager.psd1'
            `$null = Connect-NodeManager -Sandbox
            Set-NodeLabel '$name' -Label @{ imagined = 'yes' } -WhatIf
            @(Get-ClusterNode -Selector imagined).Count
"@
        $said[0] | Should -BeLike "What if: *Set label imagined=yes*node '$name' in cluster 'sandbox'*"
        $said[1] | Should -Be 0
    }
}

Describe 'Set-NodeAnnotation and Remove-NodeAnnotation' {
    It 'take values that no label could have' {
        (Set-NodeAnnotation $name -Annotation @{ 'example.com/note' = 'until Friday: disk 2 is slow' } -PassThru).Annotations['example.com/note'] |
            Should -Be 'until Friday: disk 2 is slow'
        (Remove-NodeAnnotation $name -Key example.com/note, absent -PassThru).Annotations.ContainsKey('example.com/note') | Should -BeFalse
    }

    It 'refuse a key that Kubernetes refuses' {
        Set-NodeAnnotation $name -Annotation @{ 'a/b/c' = 'x' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidAnnotationKey,*'
    }
}

Describe 'Set-NodeTaint and Remove-NodeTaint' {
    It 'know a taint by key and effect' {
        Set-NodeTaint $name -Key dedicated -Value batch -Effect NoSchedule
        $node = Set-NodeTaint $name 'dedicated=batch:NoExecute' -PassThru
        ($node.Taints | Where-Object Key -eq dedicated).Effect | Sort-Object | Should -Be @('NoExecute', 'NoSchedule')
        $node = Remove-NodeTaint $name 'dedicated:NoExecute' -PassThru
        ($node.Taints | Where-Object Key -eq dedicated).Effect | Should -Be 'NoSchedule'
        Set-NodeTaint $name 'dedicated:PreferNoSchedule'
        (Remove-NodeTaint $name -Key dedicated -PassThru).Taints | Where-Object Key -eq dedicated | Should -BeNullOrEmpty
        Remove-NodeTaint $name -Key dedicated -ErrorAction Stop
    }

    It 'copy the taints of another node' {
        Set-NodeTaint $name 'copied=1:NoSchedule', 'copied2:PreferNoSchedule'
        Set-NodeTaint $other -Taint ((Get-ClusterNode $name).Taints | Where-Object Key -like 'copied*')
        ((Get-ClusterNode $other).Taints | Where-Object Key -like 'copied*' | ForEach-Object { "$_" }) |
            Should -Be @('copied=1:NoSchedule', 'copied2:PreferNoSchedule')
        $name, $other | Remove-NodeTaint -Key copied, copied2
    }

    It 'need -Overwrite for another value' {
        Set-NodeTaint $name 'tier=one:NoSchedule'
        Set-NodeTaint $name 'tier=two:NoSchedule' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ValueExists,*'
        ((Set-NodeTaint $name 'tier=two:NoSchedule' -Overwrite -PassThru).Taints | Where-Object Key -eq tier).Value | Should -Be 'two'
        Remove-NodeTaint $name tier
    }

    It 'refuse an effect that does not exist, a key without effect, and nothing at all' {
        Set-NodeTaint $name 'a=b:Sometimes' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidTaint,*'
        { Set-NodeTaint $name 'a=b' } | Should -Throw -ErrorId 'InvalidTaint,*'
        { Set-NodeTaint $name -Key a } | Should -Throw -ErrorId 'InvalidTaint,*'
        { Remove-NodeTaint $name } | Should -Throw -ErrorId 'InvalidTaint,*'
    }

    It 'leave alone what controllers own, as it would come back' {
        Set-NodeTaint $name 'node.kubernetes.io/unschedulable:NoSchedule' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'TaintOwnedByController,*'
    }

    It 'lose nothing when two write at once' {
        $module = "$PSScriptRoot/../../NodeManager.psd1"
        1..10 | ForEach-Object -ThrottleLimit 10 -Parallel {
            Import-Module $using:module
            Set-NodeTaint $using:other -Taint "race-${_}:PreferNoSchedule" -Session $using:session
        }
        ((Get-ClusterNode $other).Taints | Where-Object Key -like 'race-*').Count | Should -Be 10
        Remove-NodeTaint $other -Key (1..10 | ForEach-Object { "race-$_" })
    }
}

Describe 'Suspend-NodeScheduling and Resume-NodeScheduling' {
    It 'cordon and uncordon, by object and by name, any number of times' {
        $nodes[0, 1] | Suspend-NodeScheduling
        (Get-ClusterNode -Status SchedulingDisabled).Name | Should -Contain $name
        (Suspend-NodeScheduling $name -PassThru).Unschedulable | Should -BeTrue
        ($name, $other | Resume-NodeScheduling -PassThru).Unschedulable | Should -Be @($false, $false)
    }

    It 'take a pod for its node, once' {
        $pods = Get-NodePod $name
        $pods.Count | Should -BeGreaterThan 1
        @($pods | Suspend-NodeScheduling -PassThru).Name | Should -Be $name
        Resume-NodeScheduling $name
    }
}

Describe 'Unregister-ClusterNode' {
    It 'refuses a node that holds pods, unless -IncludePod' {
        $own = Connect-NodeManager -Sandbox
        $busy = (Get-NodePod | Where-Object OwnerKind -eq ReplicaSet)[0].NodeName
        Unregister-ClusterNode $busy -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeHoldsPods,*'
        (Get-ClusterNode $busy).Name | Should -Be $busy
        Unregister-ClusterNode $busy -IncludePod -Confirm:$false
        Get-ClusterNode "$busy*" | Where-Object Name -eq $busy | Should -BeNullOrEmpty
        Disconnect-NodeManager -Session $own
    }

    It 'asks first' {
        (Get-Command Unregister-ClusterNode).Parameters.Keys | Should -Contain 'Confirm'
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command @"
            Import-Module '$PSScriptRoot/../../NodeManager.psd1'
            `$null = Connect-NodeManager -Sandbox
            try { Unregister-ClusterNode '$name' -IncludePod } catch { 'asked' }
            @(Get-ClusterNode '$name').Count
"@
        $said | Should -Be @('asked', '1')
    }
}
