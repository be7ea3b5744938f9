# Which cluster and which node a command works on.
BeforeAll {
    $module = (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path
    Import-Module $module -Force

    # As a file, a job or another computer gives objects back: without their class.
    function Convert-Deserialized([Parameter(ValueFromPipeline)] $InputObject) {
        process { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($InputObject, 3)) }
    }
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'A selector' {
    BeforeAll {
        $session = Connect-NodeManager -Sandbox
        $linux = @{ 'kubernetes.io/os' = 'linux' }
        $pod = (Get-NodePod | Where-Object OwnerKind -eq ReplicaSet)[0]
        $label = 'app.kubernetes.io/name'
        $app = @{ $label = $pod.Labels[$label] }
    }

    It 'can be a hashtable in every command that accepts one' {
        $app[$label] | Should -Not -BeNullOrEmpty
        @(Get-ClusterNode -Selector $linux).Count | Should -Be 12
        (Get-ClusterStatistic -Selector $linux).NodeCount | Should -Be (Get-ClusterStatistic -Selector 'kubernetes.io/os=linux').NodeCount
        @(Watch-ClusterNode -Selector $linux -IncludeExisting -Timeout 60 | Select-Object -First 12).Count | Should -Be 12
        (Get-NodePod -Selector $app).Name | Sort-Object | Should -Be ((Get-NodePod -Selector "$label=$($app[$label])").Name | Sort-Object)
        (Get-NodeDrainPlan $pod.NodeName -PodSelector $app).Pods.Name | Should -Contain $pod.Name
        (Set-SandboxFault PodUnready -PodSelector $app -PassThru).PodSelector | Should -Be "$label=$($app[$label])"
        Clear-SandboxFault
    }

    It 'matches any value of an array, and requires all keys' {
        $zones = (Get-ClusterNode).Zone | Sort-Object -Unique
        (Get-ClusterNode -Selector @{ 'topology.kubernetes.io/zone' = $zones[0, 1]; 'kubernetes.io/os' = 'linux' }).Zone | Sort-Object -Unique | Should -Be $zones[0, 1]
    }

    It 'is refused if it is neither a string nor such a hashtable' -ForEach @(
        @{ Value = @{ app = $null } }
        @{ Value = @{ app = @() } }
        @{ Value = @{ app = @{ nested = 1 } } }
        @{ Value = @{ app = 'a,b=c' } }
        @{ Value = 'a', 'b' }
        @{ Value = [datetime]::Now }
        @{ Value = { app } }
    ) {
        { Get-ClusterNode -Selector $Value } | Should -Throw -ErrorId 'ParameterArgumentTransformationError*'
        { Invoke-NodeDrain $pod.NodeName -PodSelector $Value -Confirm:$false } | Should -Throw -ErrorId 'ParameterArgumentTransformationError*'
        (Get-ClusterNode $pod.NodeName).Unschedulable | Should -BeFalse
    }

    It 'makes a drain report the skipped pods' {
        $plan = Get-NodeDrainPlan $pod.NodeName -PodSelector @{ app = 'no-such-app' }
        $plan.Unselected | Should -BeGreaterThan 0
        $result = Invoke-NodeDrain $pod.NodeName -PodSelector @{ app = 'no-such-app' } -Confirm:$false
        $result.Status | Should -Be 'Drained'
        $result.Unselected | Should -Be $plan.Unselected
        $result.Message | Should -BeLike "*$($plan.Unselected) pod*not selected*"
        ($plan | Out-String) | Should -BeLike '*not selected by the pod selector*'
        ($result | Format-List | Out-String) | Should -BeLike '*not selected*'
        Resume-NodeScheduling $pod.NodeName
        (Get-NodeDrainPlan $pod.NodeName).Unselected | Should -Be 0
    }
}

Describe 'A deserialized object' {
    BeforeAll {
        Get-NodeManagerSession | Disconnect-NodeManager
        $first = Connect-NodeManager -Sandbox -SandboxSeed 1
        $second = Connect-NodeManager -Sandbox -SandboxSeed 2
        $node = Get-ClusterNode -Session $first -Status Ready | Where-Object { $_.Roles -notcontains 'control-plane' } | Select-Object -First 1
        (Get-ClusterNode -Session $second).Name | Should -Contain $node.Name -Because 'the current cluster has a node of this name, too'
        $pod = Get-NodePod $node | Select-Object -First 1
        $plan = Get-NodeDrainPlan $node
        $result = Invoke-NodeDrain $node -PodSelector never=there -Confirm:$false
        $maintenance = Invoke-NodeMaintenance $node -PodSelector never=there -WhatIf 6>$null
    }

    It 'is processed in its own cluster: <_>' -ForEach @('node', 'pod', 'plan', 'result', 'maintenance') {
        $object = Get-Variable $_ -ValueOnly
        Resume-NodeScheduling $node
        foreach ($row in @(
                $object | Convert-Deserialized
                $object | ConvertTo-Csv | ConvertFrom-Csv
                $object | Select-Object Name, Node, NodeName, Uid, NodeUid, Cluster, Namespace | ConvertTo-Json -WarningAction SilentlyContinue | ConvertFrom-Json
            )) {
            $changed = $row | Suspend-NodeScheduling -PassThru
            $changed.Name | Should -Be $node.Name
            $changed.Cluster | Should -Be $first.Cluster
            $changed.Unschedulable | Should -BeTrue
            (Resume-NodeScheduling $row -PassThru).Cluster | Should -Be $first.Cluster
            ($row | Get-ClusterNode).Uid | Should -Be $node.Uid
            ($row | Get-NodePod).NodeName | Sort-Object -Unique | Should -Be $node.Name
            ($row | Get-NodeDrainPlan).NodeUid | Should -Be $node.Uid
        }
        (Get-ClusterNode $node.Name -Session $second).Unschedulable | Should -BeFalse
    }

    It 'is refused if no session has its cluster, and other objects are processed' {
        $rows = @(
            [pscustomobject]@{ Name = $node.Name; Cluster = 'production' }
            [pscustomobject]@{ Name = $node.Name; Cluster = $first.Cluster; Uid = $node.Uid }
        )
        $changed = $rows | Set-NodeLabel -Label @{ origin = 'row' } -PassThru -ErrorVariable failures -ErrorAction SilentlyContinue
        $changed.Cluster | Should -Be $first.Cluster
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'SessionNotFound,*'
        $failures[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike '*Connect*production*'
        (Get-ClusterNode $node.Name -Session $second).Labels.ContainsKey('origin') | Should -BeFalse
    }

    It 'is refused if -Session has another cluster' {
        foreach ($object in $node, ($node | Convert-Deserialized)) {
            $object | Suspend-NodeScheduling -Session $second -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'SessionNotFound,*'
        }
        (Get-ClusterNode $node.Name -Session $second).Unschedulable | Should -BeFalse
    }

    It 'without a cluster, and a hashtable, select the current cluster' {
        ([pscustomobject]@{ Name = $node.Name } | Set-NodeLabel -Label @{ plain = 'row' } -PassThru).Cluster | Should -Be $second.Cluster
        (@{ Name = $node.Name } | Set-NodeLabel -Label @{ plain = 'row' } -PassThru).Cluster | Should -Be $second.Cluster
        (@{ Name = $node.Name; Cluster = '' } | Get-ClusterNode).Cluster | Should -Be $second.Cluster
        ([pscustomobject]@{ Name = $node.Name } | Get-ClusterNode -Session $first, $second).Cluster | Sort-Object | Should -Be (@($first.Cluster, $second.Cluster) | Sort-Object)
        @([pscustomobject]@{ Name = '*' } | Get-NodeDrainPlan).Count | Should -Be 12
    }

    It 'identifies a scheduler, a plugin, a maintenance run or a fault of its own cluster' {
        $scheduler = Get-SchedulerConfiguration -Session $first
        foreach ($row in ($scheduler | Convert-Deserialized), ($scheduler | ConvertTo-Csv | ConvertFrom-Csv)) {
            ($row | Get-SchedulerConfiguration).Cluster | Should -Be $first.Cluster
            ($row | Test-SchedulerHealth -ErrorAction Stop).Cluster | Where-Object { $_ -ne $first.Cluster } | Should -BeNullOrEmpty
        }
        Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 70.5 } -Session $first -NoRestart -WarningAction SilentlyContinue
        $backup = (Get-SchedulerConfigurationBackup -Session $first)[-1] | Convert-Deserialized
        ($backup | Restore-SchedulerConfiguration -PassThru -Confirm:$false -WarningAction SilentlyContinue).Cluster | Should -Be $first.Cluster

        $file = Join-Path $TestDrive plugin.yaml
        Set-Content $file "name: RowPlugin`nextensionPoints: [filter]"
        Register-SchedulerPlugin $file -Session $first, $second
        $definition = Get-SchedulerPluginDefinition RowPlugin -Session $first
        foreach ($one in $definition, ($definition | Convert-Deserialized)) {
            $one | Unregister-SchedulerPlugin
            Get-SchedulerPluginDefinition RowPlugin -Session $second | Should -HaveCount 1
            Get-SchedulerPluginDefinition RowPlugin -Session $first -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            Register-SchedulerPlugin $file -Session $first
        }

        $run = Invoke-NodeMaintenance $node -PodSelector never=there -Confirm:$false -PassThru
        foreach ($one in $run, ($run | Convert-Deserialized), ($run | ConvertTo-Csv | ConvertFrom-Csv), ($run.Nodes[0] | Convert-Deserialized)) {
            $read = $one | Get-NodeMaintenance
            $read.Cluster | Should -Be $first.Cluster
            $read.Id | Should -Be $run.Id
        }
        @(Get-NodeMaintenance -Session $first).Id | Should -Contain $run.Id
        ($run.Id | Get-NodeMaintenance -Session $first).Id | Should -Be $run.Id

        $fault = Set-SandboxFault ApiSlow -Name row-fault -Delay 1 -Verb delete -Session $first -PassThru
        $fault | Convert-Deserialized | Clear-SandboxFault
        Get-SandboxFault -Session $first | Should -BeNullOrEmpty
    }

    It 'without a node name is refused' {
        foreach ($nothing in [pscustomobject]@{ Colour = 'red' }, (Get-NodeManagerConfiguration | Convert-Deserialized)) {
            $nothing | Suspend-NodeScheduling -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
            Suspend-NodeScheduling $nothing -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        }
    }
}

Describe 'A recreated node' {
    BeforeAll {
        Get-NodeManagerSession | Disconnect-NodeManager
        $null = Connect-NodeManager -Sandbox
        $node = (Get-ClusterNode -Status Ready)[0]
        $plan = Get-NodeDrainPlan $node
        # As if they had been read before the node registered again. A script cannot set these properties.
        [NodeManager.ClusterNode].GetProperty('Uid').SetValue($node, 'former')
        [NodeManager.NodeDrainPlan].GetProperty('NodeUid').SetValue($plan, 'former')
        $before = Get-ClusterNode $node.Name
        $before.Uid | Should -Not -Be $node.Uid
    }

    It 'is not changed by <Name>' -ForEach @(
        @{ Name = 'Suspend-NodeScheduling'; Do = { $args | Suspend-NodeScheduling } }
        @{ Name = 'Resume-NodeScheduling'; Do = { $args | Resume-NodeScheduling } }
        @{ Name = 'Set-NodeLabel'; Do = { $args | Set-NodeLabel -Label @{ a = 1 } } }
        @{ Name = 'Set-NodeLabel -Overwrite'; Do = { $args | Set-NodeLabel -Label @{ a = 1 } -Overwrite } }
        @{ Name = 'Remove-NodeLabel'; Do = { $args | Remove-NodeLabel -Key a } }
        @{ Name = 'Set-NodeAnnotation'; Do = { $args | Set-NodeAnnotation -Annotation @{ a = 1 } } }
        @{ Name = 'Remove-NodeAnnotation'; Do = { $args | Remove-NodeAnnotation -Key a } }
        @{ Name = 'Set-NodeTaint'; Do = { $args | Set-NodeTaint -Taint a=b:NoSchedule } }
        @{ Name = 'Remove-NodeTaint'; Do = { $args | Remove-NodeTaint -Key a } }
        @{ Name = 'Unregister-ClusterNode'; Do = { $args | Unregister-ClusterNode -IncludePod -Confirm:$false } }
        @{ Name = 'Get-NodeDrainPlan'; Do = { $args | Get-NodeDrainPlan } }
        @{ Name = 'Invoke-NodeDrain'; Do = { $args | Invoke-NodeDrain -Confirm:$false } }
        @{ Name = 'Invoke-NodeMaintenance'; Do = { $args | Invoke-NodeMaintenance -Confirm:$false } }
    ) {
        foreach ($object in $node, ($node | Convert-Deserialized), $plan, ($plan | ConvertTo-Csv | ConvertFrom-Csv)) {
            $got = & $Do $object 2>&1
            $got | Should -HaveCount 1
            $got[0].FullyQualifiedErrorId | Should -BeLike 'NodeReplaced,*'
            $got[0].TargetObject | Should -Be $node.Name
            $got[0].ErrorDetails.RecommendedAction | Should -BeLike '*Get-ClusterNode*'
        }
        (Get-ClusterNode $node.Name).ResourceVersion | Should -Be $before.ResourceVersion
    }

    It 'can be selected by name' {
        (Suspend-NodeScheduling $node.Name -PassThru).Unschedulable | Should -BeTrue
    }

    It 'does not suppress the current node of its name: <Name>' -ForEach @(
        @{ Name = 'Suspend-NodeScheduling'; Do = { $args | Suspend-NodeScheduling -PassThru } }
        @{ Name = 'Set-NodeLabel'; Do = { $args | Set-NodeLabel -Label @{ current = 1 } -Overwrite -PassThru } }
        @{ Name = 'Invoke-NodeDrain'; Do = { $args | Invoke-NodeDrain -PodSelector never=there -Confirm:$false } }
        @{ Name = 'Wait-ClusterNode'; Do = { $args | Wait-ClusterNode -PassThru -Timeout 60 } }
    ) {
        $current = Get-ClusterNode $node.Name
        foreach ($objects in @($node, $current), @($current, $node)) {
            $got = & $Do @objects 2>&1
            $failed = @($got | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
            $failed | Should -HaveCount 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'NodeReplaced,*'
            $done = @($got | Where-Object { $_ -isnot [Management.Automation.ErrorRecord] })
            $done | Should -HaveCount 1
            $done.Uid + $done.NodeUid | Should -Be $current.Uid
        }
        @(& $Do $current $current.Name $current) | Should -HaveCount 1
    }

    It 'is not changed by a row that follows a change of the node by name' {
        # The second row waits for the first change.
        Set-SandboxFault ApiSlow -Name slow -Delay 500ms -Verb patch
        $got = "Name,Uid,Cluster,Key,Value`n$($node.Name),,,row/name,1`n$($node.Name),former,$($node.Cluster),row/former,2" | ConvertFrom-Csv | Set-NodeLabel 2>&1
        Clear-SandboxFault slow
        $got | Should -HaveCount 1
        $got[0].FullyQualifiedErrorId | Should -BeLike 'NodeReplaced,*'
        (Get-ClusterNode $node.Name).Labels.Keys -like 'row/*' | Should -Be 'row/name'
    }
}

Describe 'A name' {
    BeforeAll {
        Get-NodeManagerSession | Disconnect-NodeManager
        $session = Connect-NodeManager -Sandbox
        $name = (Get-ClusterNode -Status Ready | Where-Object { $_.Roles -notcontains 'control-plane' })[0].Name
        $upper = $name.ToUpperInvariant()
    }

    It 'is not case-sensitive in any command' {
        (Get-ClusterNode $upper).Name | Should -Be $name
        (Get-NodePod $upper)[0].NodeName | Should -Be $name
        (Set-NodeLabel $upper -Label @{ x = 1 } -PassThru).Name | Should -Be $name
        @($upper, $name | Suspend-NodeScheduling -PassThru).Name | Should -Be $name
        (Resume-NodeScheduling $upper -PassThru).Name | Should -Be $name
        (Get-NodeDrainPlan $upper).Node | Should -Be $name
        (Invoke-NodeDrain $upper, $name -PodSelector never=there -Confirm:$false).Node | Should -Be $name
        (Invoke-NodeMaintenance $upper -PodSelector never=there -WhatIf 6>$null).Node | Should -Be $name
        (Invoke-NodeMaintenance $upper -PodSelector never=there -Confirm:$false).Node | Should -Be $name
        (Wait-ClusterNode $upper -PassThru -Timeout 60).Name | Should -Be $name
        (Watch-ClusterNode $upper -IncludeExisting -Timeout 60 | Select-Object -First 1).Name | Should -Be $name
    }

    It 'and a wildcard for the same node return each pod once' {
        $pods = Get-NodePod $name
        (Get-NodePod $name, "$name*", '*' | Where-Object NodeName -eq $name).Uid | Should -HaveCount $pods.Count
        ($name, '*' | Get-NodePod | Group-Object Uid | Where-Object Count -gt 1) | Should -BeNullOrEmpty
    }
}
