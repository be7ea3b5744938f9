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

    It 'set several labels together, on several nodes, from the pipeline' {
        $changed = $nodes | Set-NodeLabel -Label ([ordered]@{ team = 'blue'; 'example.com/tier' = 'gold' }) -PassThru
        $changed.Count | Should -Be $nodes.Count
        (Get-ClusterNode -Selector 'team=blue,example.com/tier=gold').Count | Should -Be $nodes.Count
        $nodes.Name | Remove-NodeLabel -Key team, example.com/tier, never-there
        Get-ClusterNode -Selector 'team' | Should -BeNullOrEmpty
    }

    It 'change an existing value only with -Overwrite' {
        Set-NodeLabel $name -Label @{ colour = 'red' }
        Set-NodeLabel $name -Label @{ colour = 'blue'; shape = 'round' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ValueExists,*'
        $failures[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        $now = Get-ClusterNode $name
        $now.Labels['colour'] | Should -Be 'red'
        $now.Labels.ContainsKey('shape') | Should -BeFalse
        (Set-NodeLabel $name -Label @{ colour = 'blue' } -Overwrite -PassThru).Labels['colour'] | Should -Be 'blue'
    }

    It 'refuse invalid labels, and name the rule' {
        Set-NodeLabel $name -Label @{ 'bad key!' = 'x' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidLabelKey,*'
        Set-NodeLabel $name -Label @{ good = 'not a value' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidLabelValue,*'
        $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'refuse a null value, such as an unset variable' {
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

    It 'accept wildcards, and change nothing for one without a match' {
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
        $said[0] | Should -BeLike "What if: *Set label imagined=yes (Labels``[imagined``]:*yes)*node '$name' in cluster 'sandbox'*"
        $said[1] | Should -Be 0
    }
}

Describe 'Set-NodeAnnotation and Remove-NodeAnnotation' {
    It 'accept values that no label can have' {
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
    It 'identify a taint by key and effect' {
        Set-NodeTaint $name -Key dedicated -Value batch -Effect NoSchedule
        $node = Set-NodeTaint $name 'dedicated=batch:NoExecute' -PassThru -Confirm:$false
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
        # A value is part of the selection: another value stays.
        ((Remove-NodeTaint $name 'tier=one:NoSchedule' -PassThru).Taints | Where-Object Key -eq tier).Value | Should -Be 'two'
        (Remove-NodeTaint $name 'tier=two:NoSchedule' -PassThru).Taints | Where-Object Key -eq tier | Should -BeNullOrEmpty
    }

    It 'refuse an effect that does not exist, a key without effect, and nothing at all' {
        Set-NodeTaint $name 'a=b:Sometimes' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidTaint,*'
        { Set-NodeTaint $name 'a=b' } | Should -Throw -ErrorId 'InvalidTaint,*'
        { Set-NodeTaint $name -Key a } | Should -Throw -ErrorId 'InvalidTaint,*'
        { Remove-NodeTaint $name } | Should -Throw -ErrorId 'InvalidTaint,*'
    }

    It 'refuse taints that controllers restore' {
        Set-NodeTaint $name 'node.kubernetes.io/unschedulable:NoSchedule' -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'TaintOwnedByController,*'
    }

    It 'lose no concurrent change' {
        $module = "$PSScriptRoot/../../NodeManager.psd1"
        1..10 | ForEach-Object -ThrottleLimit 10 -Parallel {
            Import-Module $using:module
            Set-NodeTaint $using:other -Taint "race-${_}:PreferNoSchedule" -Session $using:session
        }
        ((Get-ClusterNode $other).Taints | Where-Object Key -like 'race-*').Count | Should -Be 10
        Remove-NodeTaint $other -Key (1..10 | ForEach-Object { "race-$_" })
    }
}

Describe 'Rows of a CSV file' {
    It 'specify changes, row by row, in order' {
        $rows = @"
Name,Key,Value
$name,row/a,1
$other,row/a,2
$name,row/b,
$name,row/c,first
$name,row/c,last
"@ | ConvertFrom-Csv
        $rows | Set-NodeLabel -Overwrite
        $labels = (Get-ClusterNode $name).Labels
        $labels['row/a'], $labels['row/b'], $labels['row/c'] | Should -Be @('1', '', 'last')
        (Get-ClusterNode $other).Labels['row/a'] | Should -Be '2'
        $rows | Set-NodeAnnotation -Overwrite
        (Get-ClusterNode $name).Annotations['row/c'] | Should -Be 'last'
        $rows | Remove-NodeLabel
        $rows | Remove-NodeAnnotation
        (Get-ClusterNode $name, $other).Labels.Keys | Should -Not -BeLike 'row/*'
        (Get-ClusterNode $name, $other).Annotations.Keys | Should -Not -BeLike 'row/*'
    }

    It 'can contain labels, annotations and taints as text' {
        "Name,Label,Annotation,Taint`n$name,row/label=x,row/note=a=b,row/taint=1:NoSchedule" | ConvertFrom-Csv | Set-Variable rows
        $rows | Set-NodeLabel
        $rows | Set-NodeAnnotation
        $rows | Set-NodeTaint
        $node = Get-ClusterNode $name
        $node.Labels['row/label'], $node.Annotations['row/note'], "$($node.Taints | Where-Object Key -eq row/taint)" | Should -Be @('x', 'a=b', 'row/taint=1:NoSchedule')
        $rows | Remove-NodeTaint
        Remove-NodeLabel $name -Key row/*
        Remove-NodeAnnotation $name -Key row/*
        (Get-ClusterNode $name).Taints | Where-Object Key -eq row/taint | Should -BeNullOrEmpty
    }

    It 'have columns for the parts of a taint' {
        $rows = "Name,Key,Value,Effect`n$name,row/part,v,NoSchedule`n$name,row/part,,PreferNoSchedule" | ConvertFrom-Csv
        $rows | Set-NodeTaint
        ((Get-ClusterNode $name).Taints | Where-Object Key -eq row/part | ForEach-Object { "$_" }) | Sort-Object | Should -Be @('row/part:PreferNoSchedule', 'row/part=v:NoSchedule')
        $rows[0] | Remove-NodeTaint
        ((Get-ClusterNode $name).Taints | Where-Object Key -eq row/part).Effect | Should -Be 'PreferNoSchedule'
        $rows | Remove-NodeTaint
    }

    It 'fail one by one' {
        "Name,Key,Value`n$name,bad key,1`n$name,,1`n$name,row/good,1" | ConvertFrom-Csv | Set-NodeLabel -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId -match '^\w+,' | Should -HaveCount 2
        (Get-ClusterNode $name).Labels['row/good'] | Should -Be '1'
        Remove-NodeLabel $name -Key row/*
    }
}

Describe 'A value' {
    It 'that is a list or a map is refused, not stored as the name of a class' {
        foreach ($value in @('a', 'b'), @{ a = 1 }, [pscustomobject]@{ a = 1 }, @()) {
            { Set-NodeAnnotation $name -Annotation @{ owner = $value } } | Should -Throw -ErrorId 'InvalidAnnotationValue,*'
            { Set-NodeLabel $name -Label @{ owner = $value } } | Should -Throw -ErrorId 'InvalidLabelValue,*'
        }
        (Get-ClusterNode $name).Annotations.ContainsKey('owner') | Should -BeFalse
        { Set-NodeLabel $name } | Should -Throw -ErrorId 'InvalidLabelKey,*'
        { Set-NodeLabel $name -Value x } | Should -Throw -ErrorId 'InvalidLabelKey,*'
        { Set-NodeLabel $name -Key x } | Should -Throw -ErrorId 'InvalidLabelValue,*'
    }
}

Describe 'A wildcard in what is removed' {
    It 'selects matching keys, and none without a match' {
        Set-NodeLabel $name -Label @{ 'wild.example.com/a' = 1; 'wild.example.com/b' = 2; 'tame.example.com/a' = 3 }
        $left = (Remove-NodeLabel $name -Key 'WILD.example.com/*' -PassThru).Labels.Keys
        $left | Should -Not -BeLike 'wild.*'
        $left | Should -Contain 'tame.example.com/a'
        Remove-NodeLabel $name -Key 'no-such-*' -ErrorAction Stop
        Set-NodeAnnotation $name -Annotation @{ 'wild.example.com/a' = 1; 'wild.example.com/b' = 2 }
        (Remove-NodeAnnotation $name -Key 'wild.example.com/*' -PassThru).Annotations.Keys | Should -Not -BeLike 'wild.*'
        Set-NodeTaint $name 'wild.example.com/a=1:NoSchedule', 'wild.example.com/b:PreferNoSchedule', 'wild.example.com/c:NoSchedule'
        ((Remove-NodeTaint $name -Key wild.example.com/* -Effect NoSchedule -PassThru).Taints | Where-Object Key -like 'wild*').Key | Should -Be 'wild.example.com/b'
        (Remove-NodeTaint $name -Taint 'wild.example.com/*' -PassThru).Taints | Where-Object Key -like 'wild*' | Should -BeNullOrEmpty
    }

    It 'skips system keys, unless their domain is named' {
        $before = Get-ClusterNode $name
        $after = Remove-NodeLabel $name -Key * -PassThru
        $reserved = $before.Labels.Keys | Where-Object { $_ -match '(^|\.)(kubernetes|k8s)\.io/' }
        $reserved | Should -Not -BeNullOrEmpty
        $after.Labels.Keys | Sort-Object | Should -Be ($reserved | Sort-Object)
        Suspend-NodeScheduling $name
        Start-Sleep -Milliseconds 300
        (Remove-NodeTaint $name -Key * -PassThru).Unschedulable | Should -BeTrue
        Resume-NodeScheduling $name
        Set-NodeLabel $name -Label @{ 'node-role.kubernetes.io/extra' = '' }
        (Remove-NodeLabel $name -Key node-role.kubernetes.io/e* -PassThru).Labels.Keys | Should -Not -Contain 'node-role.kubernetes.io/extra'
    }
}

BeforeDiscovery {
    $imagined = @(
        @{ Command = 'Set-NodeLabel $n -Label @{ there = "new" } -WhatIf'; Expected = 'ValueExists,*' }
        @{ Command = 'Set-NodeLabel $n -Label @{ "bad key" = "x" } -WhatIf'; Expected = 'InvalidLabelKey,*' }
        @{ Command = 'Set-NodeLabel $n -Label @{ a = "bad value" } -WhatIf'; Expected = 'InvalidLabelValue,*' }
        @{ Command = 'Set-NodeAnnotation $n -Annotation @{ "a/b/c" = "x" } -WhatIf'; Expected = 'InvalidAnnotationKey,*' }
        @{ Command = 'Set-NodeTaint $n there=new:NoSchedule -WhatIf'; Expected = 'ValueExists,*' }
        @{ Command = 'Set-NodeTaint $n node.kubernetes.io/not-ready:NoSchedule -WhatIf'; Expected = 'TaintOwnedByController,*' }
        @{ Command = 'Unregister-ClusterNode (Get-NodePod | Where-Object OwnerKind -eq ReplicaSet)[0].NodeName -WhatIf'; Expected = 'NodeHoldsPods,*' }
        @{ Command = 'Suspend-NodeScheduling no-such-node -WhatIf'; Expected = 'NodeNotFound,*' }
        @{ Command = 'Set-NodeLabel $n -Label @{ there = "new" } -Overwrite -WhatIf'; Expected = 'What if:*Set label there=new (Labels`[there`]: old -> new)*' }
        @{ Command = 'Set-NodeLabel $n -Label @{ there = "old" } -WhatIf'; Expected = 'What if:*Set label there=old (no change)*' }
        @{ Command = 'Remove-NodeLabel $n -Key example.com/* -WhatIf'; Expected = 'What if:*(Labels`[example.com/a`]: 1 -> (absent))*' }
        @{ Command = 'Remove-NodeTaint $n there -WhatIf'; Expected = 'What if:*(Taints: *there=old:NoSchedule -> *)*' }
        @{ Command = 'Suspend-NodeScheduling $n -WhatIf'; Expected = 'What if:*(Unschedulable: False -> True)*' }
        @{ Command = 'Resume-NodeScheduling $n -WhatIf'; Expected = 'What if:*(no change)*' }
        @{ Command = 'Unregister-ClusterNode $n -IncludePod -WhatIf'; Expected = 'What if:*Delete the Node object, with the pods on it*' }
        @{ Command = '& { $WhatIfPreference = $true; Set-NodeLabel $n -Label @{ there = "new" } }'; Expected = 'ValueExists,*' }
    )
}

Describe '-WhatIf' -ForEach @{ Cases = $imagined } {
    BeforeAll {
        # In a process of its own, as what is said there goes to the host; one for all, as shells start slowly.
        $script = @"
Import-Module '$PSScriptRoot/../../NodeManager.psd1'
`$PSStyle.OutputRendering = 'PlainText'
`$n = '$name'
function Test-Case([scriptblock] `$command) {
    `$session = Connect-NodeManager -Sandbox
    Set-NodeLabel `$n -Label @{ there = 'old'; 'example.com/a' = 1 }
    Set-NodeTaint `$n 'there=old:NoSchedule'
    `$before = Get-ClusterNode `$n
    . `$command 2>&1 | ForEach-Object { if (`$_ -is [Management.Automation.ErrorRecord]) { `$_.FullyQualifiedErrorId } else { "`$_" } }
    if ((Get-ClusterNode `$n).ResourceVersion -ne `$before.ResourceVersion) { 'CHANGED' }
    Disconnect-NodeManager -Session `$session
    '---'
}

"@ + (@($Cases.Command | ForEach-Object { "Test-Case { $_ }" }) -join "`n")
        Set-Content $TestDrive/imagine.ps1 $script
        $said = @{}
        $index = 0
        foreach ($line in & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File $TestDrive/imagine.ps1) {
            if ($line -eq '---') { $index++ } else { $said[$Cases[$index].Command] += @($line) }
        }
    }

    It 'validates like the real run: <Command>' -ForEach $imagined {
        $said[$Command] | Should -HaveCount 1
        $said[$Command][0] | Should -BeLike $Expected
    }
}

Describe 'A taint that evicts pods' {
    It 'requires confirmation as high impact, and no other taint does' {
        $answers = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command @"
            Import-Module '$PSScriptRoot/../../NodeManager.psd1'
            `$null = Connect-NodeManager -Sandbox
            function Try-It([scriptblock] `$it) { try { & `$it; 'done' } catch { 'asked' } }
            Try-It { Set-NodeTaint '$name' a=b:NoSchedule }
            Try-It { Set-NodeTaint '$name' a=b:NoExecute }
            Try-It { Set-NodeTaint '$name' a=b:NoExecute -Confirm:`$false }
            Try-It { Set-NodeTaint '$other' -Key a -Effect NoExecute }
            Try-It { Set-NodeTaint '$other' -Key a -Effect NoSchedule -Confirm }
            `$ConfirmPreference = 'None'
            Try-It { Set-NodeTaint '$other' -Key a -Effect NoExecute }
            `$ConfirmPreference = 'Medium'
            Try-It { Set-NodeTaint '$other' -Key a -Effect PreferNoSchedule }
"@
        $answers | Should -Be @('done', 'asked', 'done', 'asked', 'asked', 'done', 'asked')
    }

    It 'names the eviction in the confirmation' {
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command @"
            Import-Module '$PSScriptRoot/../../NodeManager.psd1'
            `$null = Connect-NodeManager -Sandbox
            Set-NodeTaint '$name' a=b:NoExecute -WhatIf
"@
        $said | Should -BeLike '*without respecting PodDisruptionBudgets*'
    }
}

Describe 'Suspend-NodeScheduling and Resume-NodeScheduling' {
    It 'cordon and uncordon, by object and by name, any number of times' {
        $nodes[0, 1] | Suspend-NodeScheduling
        (Get-ClusterNode -Status SchedulingDisabled).Name | Should -Contain $name
        (Suspend-NodeScheduling $name -PassThru).Unschedulable | Should -BeTrue
        ($name, $other | Resume-NodeScheduling -PassThru).Unschedulable | Should -Be @($false, $false)
    }

    It 'use a pod as its node, once' {
        $pods = Get-NodePod $name
        $pods.Count | Should -BeGreaterThan 1
        @($pods | Suspend-NodeScheduling -PassThru).Name | Should -Be $name
        Resume-NodeScheduling $name
    }
}

Describe 'Unregister-ClusterNode' {
    It 'refuses a node with pods, unless -IncludePod' {
        $own = Connect-NodeManager -Sandbox
        $busy = (Get-NodePod | Where-Object OwnerKind -eq ReplicaSet)[0].NodeName
        Unregister-ClusterNode $busy -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeHoldsPods,*'
        (Get-ClusterNode $busy).Name | Should -Be $busy
        Unregister-ClusterNode $busy -IncludePod -Confirm:$false
        Get-ClusterNode "$busy*" | Where-Object Name -eq $busy | Should -BeNullOrEmpty
        Disconnect-NodeManager -Session $own
        Select-NodeManagerSession $session
    }

    It 'asks for confirmation' {
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
