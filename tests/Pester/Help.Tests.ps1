#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $commands = Get-Command -Module NodeManager -CommandType Cmdlet | ForEach-Object { @{ Name = $_.Name } }

    # The examples as Get-Help has them.
    [xml] $maml = Get-Content "$root/en-US/NodeManager.dll-Help.xml" -Raw
    $examples = foreach ($command in $maml.helpItems.command) {
        if ($command -is [string]) { continue }
        $page = Get-Content "$root/docs/reference/cmdlets/$($command.details.name).md" -Raw
        foreach ($example in $command.examples.example) {
            $title = $example.title.Trim('- ')
            $section = [regex]::Match($page, "(?ms)^### $($title -replace ':.*')\b.*?(?=^##)").Value
            @{ Command = $command.details.name; Title = $title; Code = $example.code; Output = [regex]::Match($section, '(?s)```output\r?\n(.*?)\r?\n```').Groups[1].Value }
        }
    }

    # Excluded from running, not from being parsed and bound.
    $needsOwnCluster = 'a context of a kubeconfig with a cluster behind it'
    $needsPool = "the autoscaler's resources and a pool; ScalePlan.Tests.ps1 runs it"
    $needsVault = 'a vault with addresses of receivers'
    # Autoscaler.Tests.ps1 runs these commands with them.
    $needsAutoscaler = 'the resources of the autoscaler'
    $needsRoll = 'a pool of the cluster whose nodes the autoscaler makes; PoolUpdate.Tests.ps1 runs these commands'
    $needsAgent = 'a server with a plan of an agent; AgentPlan.Tests.ps1 runs these commands'
    $needsServer = 'a running server of the cluster; Maintenance.Tests.ps1 and DetachedTests run -Detach'
    $excluded = @{
        'Wait-NodeMaintenance/Example 2' = $needsServer
        'Approve-NodeAgentPlan/Example 1' = $needsAgent
        'Approve-NodeAgentPlan/Example 2' = $needsAgent
        'Deny-NodeAgentPlan/Example 1' = $needsAgent
        'Deny-NodeAgentPlan/Example 2' = $needsAgent
        'Get-NodeAgentPlan/Example 1' = $needsAgent
        'Get-NodeAgentPlan/Example 2' = $needsAgent
        'New-NodeAlertSink/Example 2' = $needsVault
        'Start-NodeHealthMonitor/Example 3' = $needsVault
        'Connect-NodeManager/Example 2' = $needsOwnCluster
        'Connect-NodeManager/Example 5' = $needsOwnCluster
        'Get-NodeScalePlan/Example 1' = $needsPool
        'Get-NodeScalePlan/Example 2' = $needsPool
        'Get-NodeScalePlan/Example 3' = $needsPool
        'Get-NodeScalePlan/Example 4' = $needsPool
        'Get-NodeScalePlan/Example 5' = $needsPool
        'Get-NodeScalePlan/Example 7' = $needsPool
        'Get-NodeScalePlan/Example 8' = $needsPool
        'Measure-SchedulerPlugin/Example 1' = $needsOwnCluster
        'Measure-SchedulerPlugin/Example 2' = $needsOwnCluster
        'Measure-SchedulerPlugin/Example 3' = $needsOwnCluster
        'Start-NodeAutoscaler/Example 1' = $needsAutoscaler
        'Start-NodeAutoscaler/Example 2' = $needsAutoscaler
        'Start-NodeAutoscaler/Example 3' = $needsAutoscaler
        'Stop-NodeAutoscaler/Example 1' = $needsAutoscaler
        'Get-NodeAutoscaler/Example 1' = $needsAutoscaler
        'Get-NodeAutoscaler/Example 2' = $needsAutoscaler
        'Get-NodeAutoscaler/Example 3' = $needsAutoscaler
        'Get-NodeClaim/Example 1' = $needsAutoscaler
        'Get-NodeClaim/Example 2' = $needsAutoscaler
        'Remove-NodeClaim/Example 1' = $needsAutoscaler
        'Remove-NodeClaim/Example 2' = $needsAutoscaler
        'Remove-NodeClaim/Example 3' = $needsAutoscaler
        'Remove-NodeClaim/Example 4' = $needsAutoscaler
        'Get-NodePoolUpdate/Example 1' = $needsRoll
        'Get-NodePoolUpdate/Example 2' = $needsRoll
        'Resume-NodePoolUpdate/Example 1' = $needsRoll
        'Resume-NodePoolUpdate/Example 2' = $needsRoll
        'Set-NodePoolUpdate/Example 1' = $needsRoll
        'Set-NodePoolUpdate/Example 2' = $needsRoll
        'Stop-NodePoolUpdate/Example 1' = $needsRoll
        'Stop-NodePoolUpdate/Example 2' = $needsRoll
        'Suspend-NodePoolUpdate/Example 1' = $needsRoll
        'Suspend-NodePoolUpdate/Example 2' = $needsRoll
        'Update-NodePool/Example 1' = $needsRoll
        'Update-NodePool/Example 2' = $needsRoll
        'Update-NodePool/Example 3' = $needsRoll
        'Update-NodePool/Example 4' = $needsRoll
        'Update-NodePool/Example 5' = $needsRoll
        'Repair-ClusterNode/Example 4' = $needsAutoscaler
        'Repair-ClusterNode/Example 5' = $needsAutoscaler
    }
    $run = $examples | Where-Object { -not $excluded.ContainsKey("$($_.Command)/$($_.Title -replace ':.*')") }

    $claimed = foreach ($page in Get-ChildItem "$root/docs/reference/cmdlets/*.md" | Where-Object { Select-String 'The examples run as written' $_ -SimpleMatch -Quiet }) {
        @{ Page = $page.BaseName; NotRun = @($excluded.Keys | Where-Object { $_.StartsWith("$($page.BaseName)/") }) }
    }

    $platyPS = Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable | Where-Object Version -ge '1.0.0'
}

BeforeAll {
    # What the examples print, by command and title.
    $script:outputs = @{}
    $script:silent = @{ 'Connect-NodeManager/Example 6' = 'the properties of a Uri' }
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $common = [System.Management.Automation.Cmdlet]::CommonParameters

    # Get-Content takes five milliseconds more.
    function Get-Page([string] $Name) { [System.IO.File]::ReadAllText("$root/docs/reference/cmdlets/$Name.md") }

    # What a page says of the parameters, from the YAML under each.
    function Get-PageParameter([string] $Name) {
        $section = [regex]::Match((Get-Page $Name), '(?sm)^## PARAMETERS\r?\n(.*?)^## ').Groups[1].Value
        foreach ($match in [regex]::Matches($section, '(?sm)^### -(\w+)\r?\n(.*?)```yaml\r?\n(.*?)\r?\n```')) {
            $yaml = $match.Groups[3].Value
            [pscustomobject]@{
                Name      = $match.Groups[1].Value
                Text      = $match.Groups[2].Value.Trim()
                Type      = [regex]::Match($yaml, '(?m)^Type: (.+?)\r?$').Groups[1].Value
                Wildcards = [regex]::Match($yaml, '(?m)^SupportsWildcards: (.+?)\r?$').Groups[1].Value
                Aliases   = [regex]::Match($yaml, '(?sm)^Aliases:(.*?)^ParameterSets').Groups[1].Value -split '\r?\n- ' | ForEach-Object Trim | Where-Object { $_ -and $_ -ne '[]' }
                Values    = [regex]::Match($yaml, '(?sm)^AcceptedValues:(.*?)^HelpMessage').Groups[1].Value -split '\r?\n- ' | ForEach-Object Trim | Where-Object { $_ -and $_ -ne '[]' }
            }
        }
    }

    function Get-OwnParameter([string] $Name) { (Get-Command $Name).Parameters.Values | Where-Object Name -notin $common }

    function Format-Type([type] $Type) {
        $Type = [Nullable]::GetUnderlyingType($Type) ?? $Type
        $Type.Name
    }

    # What a page and a cmdlet must agree on.
    function Format-Parameter([string] $Name, [string] $Type, [string] $Wildcards, [string[]] $Aliases, [string[]] $Values) {
        "-$Name <$Type>, wildcards: $($Wildcards.ToLowerInvariant()), aliases: $($Aliases | Sort-Object), values: $($Values | Sort-Object)"
    }

    # The names of columns and properties of an output: above lines of dashes, and before colons.
    function Get-ColumnName([string] $Text) {
        $lines = $Text -split '\r?\n'
        foreach ($index in 1..($lines.Count)) {
            if ($lines[$index] -notmatch '^[- ]*--[- ]*$') { continue }
            foreach ($dashes in [regex]::Matches($lines[$index], '-+')) {
                $header = $lines[$index - 1].PadRight($dashes.Index + $dashes.Length)
                $header.Substring($dashes.Index, $dashes.Length).Trim()
            }
        }
        [regex]::Matches($Text, '(?m)^(\w+) +: ').ForEach{ $_.Groups[1].Value }
    }

    . "$PSScriptRoot/UserShell.ps1"
    Install-UserModule $root
}

AfterAll { Remove-UserModule }

Describe 'Help of <Name>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help $Name -Full
        $page = Get-Page $Name
    }

    It 'has a page without placeholders' {
        $page | Should -Not -BeNullOrEmpty
        $page | Should -Not -Match '\{\{'
    }

    It 'is shown by Get-Help' {
        $synopsis = [regex]::Match($page, '(?sm)^## SYNOPSIS\s+(.*?)\s+^## ').Groups[1].Value -replace '`'
        $help.Synopsis.Trim() | Should -BeExactly $synopsis
        ($help.description | Out-String).Trim().Length | Should -BeGreaterThan 100
    }

    It 'describes every parameter' {
        $described = @($help.parameters.parameter).Where{ ($_.description | Out-String).Trim() }.name
        (Get-OwnParameter $Name).Name.Where{ $_ -notin $described } | Should -BeNullOrEmpty
    }

    It 'has at least two examples' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
    }

    It 'shows no Markdown' {
        $help | Out-String -Width 200 | Should -Not -Match '```|\*\*|\|---|\]\('
    }

    It 'has the syntax that the cmdlet has' {
        $section = [regex]::Match($page, '(?sm)^## SYNTAX\r?\n(.*?)^## ').Groups[1].Value
        $written = [regex]::Matches($section, '(?s)```\r?\n(.*?)\r?\n```') | ForEach-Object { $_.Groups[1].Value -replace '\s+', ' ' }
        $real = (Get-Command $Name).ParameterSets | ForEach-Object { "$Name $_" }
        $written | Sort-Object | Should -Be ($real | Sort-Object)
    }

    It 'has the parameters that the cmdlet has' {
        # In one comparison: each costs a millisecond.
        $written = foreach ($parameter in Get-PageParameter $Name) {
            if ($parameter.Name -in $common) { continue }
            Format-Parameter $parameter.Name $parameter.Type $parameter.Wildcards $parameter.Aliases $parameter.Values
        }
        $real = foreach ($parameter in Get-OwnParameter $Name) {
            $wildcards = [bool] $parameter.Attributes.Where{ $_ -is [SupportsWildcards] }
            $values = $parameter.Attributes.Where{ $_ -is [ValidateSet] }.ValidValues
            Format-Parameter $parameter.Name (Format-Type $parameter.ParameterType) $wildcards $parameter.Aliases $values
        }
        $written | Sort-Object | Should -BeExactly ($real | Sort-Object)
    }

    It 'links to pages that exist' {
        foreach ($link in [regex]::Matches($page, '\]\((?!https:)([^)#]+)\)')) {
            "$root/docs/reference/cmdlets/$($link.Groups[1].Value)" | Should -Exist
        }
    }

    It 'names only errors that exist' {
        $ids = [NodeManager.ErrorIds].GetFields() | ForEach-Object Name
        foreach ($row in [regex]::Matches($page, '(?m)^\| (\[`\w+`\][^|]*) \|')) {
            foreach ($id in [regex]::Matches($row.Groups[1].Value, '(?<=`)\w+(?=`)')) { $id.Value | Should -BeIn $ids }
        }
    }
}

Describe 'The pages' {
    It 'name only roles in deploy/' {
        $roles = [regex]::Matches((Get-Content "$root/deploy/rbac.yaml", "$root/deploy/autoscaler/rbac.yaml", "$root/deploy/server/rbac.yaml", "$root/deploy/node-shell.yaml" -Raw), '(?m)^  name: (nodemanager-[\w-]+)') | ForEach-Object { $_.Groups[1].Value }
        $text = Get-Content "$root/docs/reference/cmdlets/*.md", "$root/en-US/about_*.help.txt" -Raw
        [regex]::Matches($text, '(?<!/)\bnodemanager-[a-z-]+').Value | Select-Object -Unique | Should -BeIn $roles
    }

    It 'belong to existing cmdlets, and all are in the index' {
        $pages = (Get-ChildItem "$root/docs/reference/cmdlets/*.md").BaseName
        $pages | Sort-Object | Should -Be ((Get-Command -Module NodeManager).Name | Sort-Object)
        $index = Get-Content "$root/docs/README.md" -Raw
        foreach ($page in $pages) { $index | Should -Match "\(reference/cmdlets/$page\.md\)" }
    }

    It 'are the source of the help' -Skip:(-not $platyPS) {
        # In a process of its own, as it needs another YamlDotNet than other tests may have loaded.
        $made = Join-Path $TestDrive 'help'
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File "$root/docs/Build-Help.ps1" -OutputFolder $made 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$said"
        $fresh = (Get-Content "$made/NodeManager.dll-Help.xml" -Raw) -replace '\r\n', "`n"
        $committed = (Get-Content "$root/en-US/NodeManager.dll-Help.xml" -Raw) -replace '\r\n', "`n"
        $fresh -ceq $committed | Should -BeTrue -Because 'the pages were changed: run ./build.ps1 -Task Docs and commit en-US/'
    }

    It 'have an online version once the manifest has the address of the project' -Skip:(-not $platyPS) {
        $folder = Join-Path $TestDrive 'online'
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File "$root/docs/Build-Help.ps1" -OutputFolder $folder -ProjectUri https://example.com/nodes/ -Page Get-Cluster*.md 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$said"
        [xml] $maml = Get-Content "$folder/NodeManager.dll-Help.xml" -Raw
        @($maml.helpItems.command | Where-Object { $_ -isnot [string] } | ForEach-Object { @($_.relatedLinks.navigationLink)[0].uri }) |
            Should -Be https://example.com/nodes/blob/main/docs/reference/cmdlets/Get-ClusterNode.md, https://example.com/nodes/blob/main/docs/reference/cmdlets/Get-ClusterStatistic.md
        # No page has an address of its own that could differ from it.
        Get-Content "$root/docs/reference/cmdlets/*.md" | Where-Object { $_ -match "^HelpUri: (?!'')" } | Should -BeNullOrEmpty
    }

    It 'follow the schema of PlatyPS' -Skip:(-not $platyPS) {
        $bad = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command "Get-ChildItem '$root/docs/reference/cmdlets/*.md' | ForEach-Object { if (-not (Test-MarkdownCommandHelp `$_)) { `$_.Name } }"
        $bad | Should -BeNullOrEmpty
    }
}

Describe 'The topic <_>' -ForEach 'about_NodeManager', 'about_NodeManager_Session', 'about_NodeManager_Drain', 'about_NodeManager_Maintenance', 'about_NodeManager_Sandbox', 'about_NodeManager_Scheduler', 'about_NodeManager_Configuration', 'about_NodeManager_Placement', 'about_NodeManager_Pool', 'about_NodeManager_PoolUpdate', 'about_NodeManager_Autoscaler', 'about_NodeManager_Health' {
    It 'is found by Get-Help' {
        Get-Help $_ | Out-String | Should -Match "TOPIC\s+$_\s"
    }

    It 'fits a terminal of 80 columns' {
        Get-Content "$root/en-US/$_.help.txt" | Where-Object Length -gt 80 | Should -BeNullOrEmpty
    }

    It 'names only cmdlets that exist' {
        $text = Get-Content "$root/en-US/$_.help.txt" -Raw
        $named = [regex]::Matches($text, '\b(?:Connect|Disconnect|Get|Set|Remove|Watch|Wait|Suspend|Resume|Unregister|Invoke)-(?:Cluster|Node)\w+').Value
        $named.Where{ $_ -notin (Get-Module NodeManager).ExportedCmdlets.Keys } | Should -BeNullOrEmpty
    }
}

Describe 'Examples' {
    It '<Command>, <Title>: is PowerShell that binds' -ForEach $examples {
        foreach ($call in Get-CommandCall $Code) {
            # Of Microsoft.PowerShell.SecretManagement, which the module does not need.
            if ($call.GetCommandName() -eq 'Get-Secret') { continue }
            Assert-Binding $call (Get-Command $call.GetCommandName() -ErrorAction Stop)
        }
    }

    It '<Command>, <Title>: runs without an error' -ForEach $run {
        Invoke-AloneAsUser $Code | Should -BeNullOrEmpty
        # As when its lines are typed one after another: each type in its own view.
        $groups = $shown | Where-Object { $null -ne $_ } | Group-Object { $_.GetType().FullName -replace '^Microsoft\.PowerShell\.Commands\.Internal\.Format\..*', 'Format' }
        $script:outputs["$Command/$Title"] = ($groups | ForEach-Object { $_.Group | Out-String -Width 300 }) -join "`n"
    }

    It '<Command>, <Title>: shows the output that it has' -ForEach $run {
        $text = $outputs["$Command/$Title"]
        if ($text -match '\S' -and -not $silent.ContainsKey("$Command/$($Title -replace ':.*')")) {
            $Output | Should -Not -BeNullOrEmpty -Because "the example prints:`n$text"
        }
        # Narrow terminals omit columns, so the page may have fewer.
        $columns = @(Get-ColumnName $text)
        Get-ColumnName $Output | Where-Object { $_ -notin $columns } | Should -BeNullOrEmpty -Because "the example prints:`n$text"
    }
}

# Connect-NodeManager's page names the context that its examples need.
Describe 'The page of <Page> states that its examples run as written' -ForEach ($claimed | Where-Object Page -ne Connect-NodeManager) {
    It 'and all of them are run' { $NotRun | Should -BeNullOrEmpty }
}
