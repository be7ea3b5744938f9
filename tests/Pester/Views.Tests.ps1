BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $nodes = Get-ClusterNode
    $rendering = $PSStyle.OutputRendering

    function Show { $input | Out-String -Width 120 }
    function Lines { ($input | Out-String -Width 120) -split '\r?\n' | Where-Object { $_.Trim() } }
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'The default output' {
    BeforeEach { $PSStyle.OutputRendering = 'PlainText' }

    It 'has one line per node, grouped by cluster' {
        $lines = $nodes | Lines
        $lines[0] | Should -Match "Cluster: $($session.Cluster)"
        $lines[1] | Should -Match '^Name\s+Status\s+Roles\s+Age Version\s+Zone'
        $lines.Count | Should -Be (3 + $nodes.Count)
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'has one line per node at <Width> columns: <Command>' -ForEach @(
        foreach ($width in 80, 120) {
            foreach ($command in 'Get-ClusterNode', 'Get-ClusterNode -Usage', 'Get-ClusterNode | Format-Table -View Wide') { @{ Command = $command; Width = $width } }
        }
    ) {
        $lines = Invoke-Expression $Command | Out-String -Width $Width -Stream | Where-Object { $_.Trim() -and $_ -notlike '*Cluster: *' }
        $lines = @($lines | Select-Object -Skip (1 + [array]::FindIndex([string[]] $lines, [Predicate[string]] { $args[0] -match '^-+ ' })))
        $lines.Count | Should -Be $nodes.Count
    }

    It 'shows cordoned nodes' {
        $cordoned = $nodes | Where-Object Unschedulable | Select-Object -First 1
        $cordoned | Show | Should -Match 'SchedulingDisabled'
    }

    It 'shows usage only where it is available' {
        Get-ClusterNode -Usage | Show | Should -Match 'CPU req\.'
        $nodes | Show | Should -Not -Match 'CPU req\.'
    }

    It 'shows all properties of a node as a list' {
        $list = $nodes[0] | Format-List | Show
        foreach ($word in 'Labels', 'Conditions', 'Allocatable', 'kubernetes.io/hostname=', 'Ready=') { $list | Should -BeLike "*$word*" }
    }

    It 'omits columns that do not fit, rather than break words: <_>' -ForEach 'Get-ClusterNode', 'Get-ClusterNode -Usage', 'Get-ClusterStatistic', '(Get-ClusterStatistic).Resources', '(Get-ClusterNode)[0].Conditions' {
        foreach ($width in 80, 120) {
            $lines = Invoke-Expression $_ | Out-String -Width $width | ForEach-Object Split "`n" | ForEach-Object TrimEnd | Where-Object { $_ -and $_ -notlike '*Cluster: *' }
            # The second line is the one under the titles: no title goes over several lines.
            $lines[1] | Should -Match '^ *-+( +-+)*$' -Because "at $width columns"
        }
    }

    It 'truncates no name' {
        $copy = $nodes[0] | ConvertTo-Json -Depth 5 | ConvertFrom-Json
        $copy.Name = 'ip-10-0-123-123.eu-central-1.compute.internal.example.com'
        $copy.PSObject.TypeNames.Insert(0, 'NodeManager.ClusterNode')
        $text = $copy | Show
        $text | Should -Not -Match '…'
        $text | Should -Match '(?m)^ip-10-0-123-123\.eu-central-1\.compute\.internal\.example\.com '
    }

    It 'shows names of 45 characters on one line at <Width> columns: <Command>' -ForEach @(
        foreach ($width in 80, 120, 200) {
            @{ Command = 'Get-ClusterNode'; Width = $width }
            @{ Command = 'Get-ClusterNode -Usage'; Width = $width }
            @{ Command = 'Get-ClusterNode | Format-Table -View Wide'; Width = $width }
        }
    ) {
        $long = 'ip-10-000-123-123.eu-central-1.compute.internal'.Substring(0, 45)
        $renamed = foreach ($node in Invoke-Expression ($Command -replace ' \| .*')) {
            $copy = $node | ConvertTo-Json -Depth 5 | ConvertFrom-Json
            $copy.Name = $long
            for ($i = $node.PSTypeNames.Count - 1; $i -ge 0; $i--) { $copy.PSTypeNames.Insert(0, $node.PSTypeNames[$i]) }
            $copy
        }
        $lines = ($Command -like '*Wide' ? ($renamed | Format-Table -View Wide) : $renamed) | Out-String -Width $Width -Stream | Where-Object { $_ -and $_ -notlike '*Cluster: *' }
        @($lines -like "$long *").Count | Should -Be $renamed.Count
        # By usage is what -Usage is sorted by.
        if ($Command -like '*-Usage') { $lines[0] | Should -BeLike '*CPU used*' }
    }

    It 'shows each pod with its node on one line at <_> columns' -ForEach 80, 120, 160 {
        foreach ($node in $nodes.Name) {
            if (-not ($pods = @(Get-NodePod $node))) { continue }
            # Without the titles, the last of which may be cut in two.
            $lines = @($pods | Out-String -Width $_ -Stream | Where-Object { $_.Trim() -and $_ -notlike '*Cluster: *' })
            $lines = @($lines | Select-Object -Skip (1 + [array]::FindIndex([string[]] $lines, [Predicate[string]] { $args[0] -match '^-+ ' })))
            $lines.Count | Should -Be $pods.Count -Because $node
            @($lines -match "^\S+ +\S+ +$node( |$)").Count | Should -Be $pods.Count
        }
    }

    It 'gives usage the width that names leave' {
        $wide = @(Get-ClusterNode -Usage | Out-String -Width 120 -Stream | Where-Object { $_ -match 'CPU used' })
        $wide[0] | Should -Match '^Name {1,25}Status'
        $narrow = @(Get-ClusterNode -Usage | Out-String -Width 80 -Stream | Where-Object { $_ -match 'CPU used' })
        foreach ($column in 'Mem. used', 'CPU req.', 'Mem. req.') { $narrow[0] | Should -BeLike "*$column*" }
        @(Get-ClusterNode -Usage | Out-String -Width 80 -Stream | Where-Object { $_.Trim() }).Count | Should -Be ($nodes.Count + 3)
    }

    It 'sizes a plan of an update by its contents at <_> columns' -ForEach 80, 120, 160, 220 {
        $plan = foreach ($turn in 1..3) {
            [pscustomobject]@{ PSTypeName = 'NodeManager.NodePoolUpdatePlan'; Pool = 'small'; Turn = $turn; Node = "small-$turn"; Pods = @(1..$turn); Replacement = 'node of claim small-9'
                Reasons = @('spec.machineTemplate.minimum.cpuCores: 2 -> 4', 'spec.machineTemplate.labels.tier: a -> b'); Obstacles = @() }
        }
        $lines = @($plan | Out-String -Width $_ -Stream | Where-Object { $_.Trim() -and $_ -notlike '*Pool: *' })
        $lines[0] | Should -Match '^ *Turn Node {1,8}Pods'
        # All of the reasons are there, on as many lines as they need in the last column.
        ($lines | Select-Object -Skip 2) -join '' -replace '\s' | Should -Match ([regex]::Escape('machineTemplate.labels.tier:a->b'))
        if ($_ -ge 160) { $lines.Count | Should -Be 5 }
    }

    It 'gives messages the remaining width' {
        $message = 'a' * 150
        $condition = [pscustomobject]@{ PSTypeName = 'NodeManager.NodeCondition'; Type = 'Ready'; Status = 'False'; LastTransitionTime = [DateTimeOffset]::UnixEpoch; Reason = 'Why'; Message = $message }
        $condition | Out-String -Width 200 | Should -Match $message
        $result = [pscustomobject]@{ PSTypeName = 'NodeManager.NodeDrainResult'; Node = 'a'; Cluster = 'c'; Status = 'Drained'; Evicted = 1; Remaining = 0; Duration = [timespan]::Zero; Message = 'a' * 80 }
        $result | Out-String -Width 200 | Should -Match ('a' * 80)
    }

    It 'shows results immediately' {
        # A view that is sized by its contents waits for them; these come minutes apart.
        foreach ($type in 'NodeDrainResult', 'NodeMaintenanceResult', 'NodeChange') {
            foreach ($view in ([xml] (Get-Content "$PSScriptRoot/../../src/NodeManager/Formats/*.ps1xml" -Raw | Select-String "<TypeName>NodeManager.$type<" | ForEach-Object Line | Select-Object -First 1)).Configuration.ViewDefinitions.View) {
                if ($view.ViewSelectedBy.TypeName -ne "NodeManager.$type" -or -not $view.TableControl) { continue }
                $view.TableControl.AutoSize | Should -BeNullOrEmpty
                # Without a width of the first column PowerShell sizes by contents all the same.
                $view.TableControl.TableHeaders.TableColumnHeader[0].Width | Should -Not -BeNullOrEmpty
            }
        }
    }

    It 'is the same after CLIXML' {
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($nodes))
        $copy | Show | Should -Be ($nodes | Show)
    }

    It 'is the same in strict mode' {
        # A view that fails leaves its place empty, and says nothing.
        $shell = [powershell]::Create()
        $differing = $shell.AddScript({
            param($module)
            Import-Module $module
            $null = Connect-NodeManager -Sandbox
            $PSStyle.OutputRendering = 'PlainText'
            $blocked = Invoke-NodeDrain worker-1b-01 -DeleteEmptyDirData -Once -Confirm:$false -WarningAction Ignore -ErrorAction Ignore
            $plans = Get-NodeDrainPlan * -Surge
            $nodes = Get-ClusterNode -Usage
            $maintenance = Get-ClusterNode worker-1c-01 | Invoke-NodeMaintenance -DeleteEmptyDirData -Confirm:$false -WarningAction Ignore -ErrorAction Ignore
            $shown = [ordered]@{
                nodes = $nodes; list = $nodes[0]; pods = Get-NodePod; statistic = Get-ClusterStatistic; resources = (Get-ClusterStatistic).Resources
                conditions = $nodes[0].Conditions; sessions = Get-NodeManagerSession; plans = $plans; planned = $plans.Pods; budgets = $plans.BlockingBudgets
                results = $blocked; left = $blocked.Pods; blockers = $blocked.Blockers; steps = $blocked.Timeline; maintenance = $maintenance
                plugins = Get-SchedulerPlugin; definitions = Get-SchedulerPluginDefinition; configuration = Get-NodeManagerConfiguration; faults = Set-SandboxFault ApiSlow -Delay 0.001 -PassThru
            }
            $plain = $shown.Keys | ForEach-Object { ($shown[$_] | Out-String -Width 120) + ($shown[$_] | Format-List | Out-String -Width 120) }
            Set-StrictMode -Version Latest
            $strict = $shown.Keys | ForEach-Object { ($shown[$_] | Out-String -Width 120) + ($shown[$_] | Format-List | Out-String -Width 120) }
            @($shown.Keys)[@(0..($plain.Count - 1)).Where({ $plain[$_] -cne $strict[$_] })]
            Get-NodeManagerSession | Disconnect-NodeManager
        }).AddArgument((Get-Module NodeManager).Path).Invoke()
        $shell.Streams.Error | Should -BeNullOrEmpty
        $shell.Dispose()
        $differing | Should -BeNullOrEmpty
    }

    It 'shows a plan pod by pod' {
        $plan = Get-NodeDrainPlan '*' | Where-Object { $_.Pods.Count } | Select-Object -First 1
        $text = $plan | Show
        $text | Should -Match ([regex]::Escape($plan.Node))
        foreach ($pod in $plan.Pods) { $text | Should -Match ([regex]::Escape("$($pod.Namespace)/$($pod.Name)")) }
        $plan | Format-Table | Show | Should -Match 'RefusedByPDB'
    }

    It 'shows what prevents a drain besides its pods' {
        $plan = Get-NodeDrainPlan '*' | Select-Object -First 1
        $messages = [NodeManager.ItemList[string]]::new([string[]] ('No permission to patch nodes.', 'No permission to evict pods.'))
        [NodeManager.NodeDrainPlan].GetProperty('NodeBlockers').SetValue($plan, $messages)
        $lines = $plan | Lines
        $lines | Should -Contain '  No permission to patch nodes.'
        $lines | Should -Contain '  No permission to evict pods.'
    }

    It 'has no script block that PowerShell cannot parse' {
        foreach ($view in Get-ChildItem "$PSScriptRoot/../../src/NodeManager/Formats/*.ps1xml") {
            foreach ($script in ([xml](Get-Content $view -Raw)).SelectNodes('//ScriptBlock').InnerText) {
                $errors = $null
                $null = [Management.Automation.Language.Parser]::ParseInput($script, [ref] $null, [ref] $errors)
                $errors | Should -BeNullOrEmpty -Because "$($view.Name): $script"
            }
        }
    }

    It 'shows <_> as a table' -ForEach 'Get-NodePod', 'Get-NodeImage', 'Get-ClusterStatistic', 'Get-ClusterStatistic Zone', 'Get-NodeManagerSession', '(Get-ClusterStatistic).Resources', '(Get-ClusterNode)[0].Conditions', '(Get-NodeDrainPlan *).Pods' {
        $lines = & ([scriptblock]::Create($_)) | Lines
        ($lines -match '^\s*-+\s+-').Count | Should -BeGreaterThan 0
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'has a table view with existing properties for every type' {
        foreach ($view in Get-ChildItem "$PSScriptRoot/../../src/NodeManager/Formats/*.ps1xml") {
            foreach ($definition in ([xml](Get-Content $view -Raw)).Configuration.ViewDefinitions.View) {
                $type = $definition.ViewSelectedBy.TypeName -replace '#.*' -as [type]
                $type | Should -Not -BeNullOrEmpty
                foreach ($property in $definition.SelectNodes('.//PropertyName').InnerText) {
                    $type.GetProperty($property) | Should -Not -BeNullOrEmpty -Because "$type has no $property"
                }
            }
        }
    }
}

Describe 'Color' {
    It 'follows $PSStyle.OutputRendering' {
        $PSStyle.OutputRendering = 'Ansi'
        $nodes | Show | Should -Match ([char]27)
        $PSStyle.OutputRendering = 'PlainText'
        $nodes | Show | Should -Not -Match ([char]27)
        Get-NodeDrainPlan '*' | Show | Should -Not -Match ([char]27)
        $nodes[0] | Format-List | Show | Should -Not -Match ([char]27)
    }
}
