# Whoever may write an annotation, a pod or a ConfigMap must not reach the terminal or the shell of whoever looks at it.
BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxPort 0
    $rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'Ansi'

    # A title, the clipboard, a color, a cleared screen by C1, an overwritten line, a turned direction, and a mark of CellText's kind.
    $hostile = "x`e]0;title`a`e]52;c;YQ==`a`e[31mred`e[2J$([char]0x9b)2J`rover`b`u{202e}txt`u{200b}$([char]0xfdd0)0$([char]0xfdd1)"

    function Find-Control([Parameter(ValueFromPipeline)] $Text) {
        process {
            # The colors of PowerShell and of the views, and nothing else.
            $plain = $Text -replace '\e\[(0|1|3|3[1-6]|90|3[1-6];1|3[1-6];1;3)m' -replace '\r\n', "`n"
            [regex]::Matches($plain, '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFDD0-\uFDEF-[\n\t]]') | ForEach-Object { '{0:X4}' -f [int][char]$_.Value }
            if ($Text.Contains("`e[31mred")) { 'a color' }
        }
    }

    . "$PSScriptRoot/Api.ps1"

    # An object of a type with every text of it hostile, as deep as views look.
    function New-Hostile([type] $Type, [int] $Depth = 3) {
        if ($Type -eq [string]) { return $hostile }
        if ($Type.IsArray) { return , @(New-Hostile $Type.GetElementType() ($Depth - 1)) }
        if ($Type -eq [object]) { return $hostile }
        if ($Type.FullName -eq 'NodeManager.StringMap') {
            $entries = [Collections.Generic.Dictionary[string, string]]::new()
            $entries.Add($hostile, $hostile)
            return , [NodeManager.StringMap]::new($entries)
        }
        $element = $Type.GetInterfaces() + $Type | Where-Object { $_.IsGenericType -and $_.GetGenericTypeDefinition() -eq [Collections.Generic.IEnumerable`1] } | ForEach-Object { $_.GetGenericArguments()[0] } | Select-Object -First 1
        if ($element -and $element.Namespace -eq 'System.Collections.Generic') { return $null }
        if ($element) {
            if ($Depth -le 0) { return , @() }
            return , @(New-Hostile $element ($Depth - 1))
        }
        $nullable = [Nullable]::GetUnderlyingType($Type)
        if ($nullable) { return New-Hostile $nullable $Depth }
        if ($Type.IsValueType) { return $Type -eq [DateTimeOffset] ? [DateTimeOffset]::UnixEpoch : $Type -eq [int] ? 1 : [Activator]::CreateInstance($Type) }
        if ($Depth -le 0) { return $null }
        $members = [ordered]@{}
        foreach ($property in $Type.GetProperties() | Where-Object { -not $_.GetMethod.IsStatic -and -not $_.GetIndexParameters() }) {
            $members[$property.Name] = New-Hostile $property.PropertyType ($Depth - 1)
        }
        [pscustomobject] $members
    }

    # The same as a real object, as no constructor takes such values.
    function New-HostileInstance([type] $Type, [int] $Depth = 3) {
        if ($Type.Namespace -ne 'NodeManager' -or $Type.FullName -match 'ItemList|StringMap' -or -not $Type.IsClass) { return , (New-Hostile $Type $Depth) }
        if ($Depth -le 0) { return $null }
        if ([Collections.IEnumerable].IsAssignableFrom($Type)) { return , $Type::Empty }
        $instance = [Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($Type)
        for ($owner = $Type; $owner; $owner = $owner.BaseType) {
            foreach ($field in $owner.GetFields('Instance, NonPublic, Public, DeclaredOnly')) {
                $kind = $field.FieldType
                $value = if ($kind.Name -eq 'ItemList`1') {
                    $item = $kind.GenericTypeArguments[0]
                    $items = [Activator]::CreateInstance([Collections.Generic.List`1].MakeGenericType($item))
                    $element = New-HostileInstance $item ($Depth - 1)
                    if ($element) { $items.Add($element) }
                    , [Activator]::CreateInstance($kind, @(, $items))
                }
                elseif ($kind -eq [string] -or $kind -eq [object]) { $hostile }
                elseif ($kind.Namespace -eq 'NodeManager' -and $kind.IsClass) { , (New-HostileInstance $kind ($Depth - 1)) }
                elseif ($kind.IsAssignableFrom([Collections.ObjectModel.ReadOnlyDictionary[string, object]])) {
                    $values = [Collections.Generic.Dictionary[string, object]]::new()
                    $values.Add($hostile, $hostile)
                    $owner.GetProperty($field.Name.Trim('<').Split('>')[0]).SetValue($instance, $values)
                    continue
                }
                elseif ($kind -eq [uri]) { [uri] 'http://127.0.0.1' }
                else { continue }
                if ($null -ne $value) { $field.SetValue($instance, $value) }
            }
        }
        , $instance
    }
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Views' {
    BeforeDiscovery {
        $views = foreach ($file in Get-ChildItem "$PSScriptRoot/../../src/NodeManager/Formats/*.ps1xml") {
            foreach ($view in ([xml](Get-Content $file -Raw)).Configuration.ViewDefinitions.View) {
                @{ Name = $view.Name; Type = [string] $view.ViewSelectedBy.TypeName; Command = $view.TableControl ? 'Format-Table' : $view.ListControl ? 'Format-List' : 'Format-Custom' }
            }
        }
    }

    It 'escapes control characters: <Type>, <Command> -View <Name>' -ForEach $views {
        $object = New-Hostile ($Type -replace '#.*' -as [type])
        if ($Type -like '*StringMap') { $text = $object | Out-String -Width 200 }
        else {
            $object.PSTypeNames.Insert(0, ($Type -replace '#.*'))
            $object.PSTypeNames.Insert(0, $Type)
            # A statistic of an empty cluster shows little; names of resources are compared.
            $text = $object | & $Command -View $Name | Out-String -Width 4000
        }
        $text | Should -Not -BeNullOrEmpty
        # A sample of a simulation has no text.
        if ($Type -notlike '*.NodeAutoscalerSample') { $text | Should -BeLike '*x\u001B*' }
        $text | Find-Control | Should -BeNullOrEmpty
    }
}

Describe 'Lists of all properties' {
    BeforeDiscovery {
        Import-Module "$PSScriptRoot/../../NodeManager.psd1"
        $types = [NodeManager.ClusterNode].Assembly.ExportedTypes | Where-Object {
            $_.IsClass -and -not $_.IsAbstract -and -not $_.IsGenericType -and -not $_.IsSubclassOf([Exception]) -and ($_.GetProperties().PropertyType | Where-Object { $_ -in [string], [object] -or $_.Name -eq 'ItemList`1' })
        }
    }

    It 'escapes control characters of a written <_>' -ForEach $types {
        $object = New-HostileInstance $_
        [NodeManager.Formats.DisplayGuard].GetMethod('Protect', [Reflection.BindingFlags] 'Static, NonPublic').Invoke($null, @(, $object)) | Out-Null
        $text = $object | Format-List * | Out-String -Width 4000
        $text | Should -BeLike '*x\u001B*'
        $text | Find-Control | Should -BeNullOrEmpty
    }
}

Describe 'Text of cluster objects' {
    BeforeAll {
        $node = (Get-ClusterNode -Role worker -Status Ready | Where-Object { -not $_.Unschedulable })[0].Name
        $null = Send PATCH "/api/v1/nodes/$node" @{ metadata = @{ annotations = @{ 'example.com/note' = $hostile } } } 'application/merge-patch+json'
        $null = Send PATCH "/api/v1/nodes/$node/status" @{ status = @{ conditions = @(@{ type = 'KernelDeadlock'; status = 'True'; reason = 'Hostile'; message = $hostile }) } } 'application/strategic-merge-patch+json'
        # Names of owners are not checked by the server.
        $null = Send POST '/api/v1/namespaces/default/pods' @{
            metadata = @{ name = 'hostile'; annotations = @{ note = $hostile }; ownerReferences = @(@{ apiVersion = 'v1'; kind = "Kind$hostile"; name = $hostile; uid = "u$hostile" ; controller = $true }) }
            spec = @{ nodeName = $node; containers = @(@{ name = 'c'; image = "image$hostile" }) }
        }
        $null = Send POST '/apis/policy/v1/namespaces/default/poddisruptionbudgets' @{
            metadata = @{ name = 'hostile'; annotations = @{ owner = $hostile } }; spec = @{ maxUnavailable = 0; selector = @{} }
        }
        $null = Send POST '/api/v1/namespaces/default/events' @{
            metadata = @{ name = 'hostile' }; involvedObject = @{ kind = 'Node'; name = $node }; type = 'Warning'; reason = "Reason$hostile"; message = $hostile; source = @{ component = $hostile }
        }
    }

    It 'is unchanged in properties' {
        (Get-ClusterNode $node).Annotations['example.com/note'] | Should -BeExactly $hostile
        (Get-ClusterNode $node).Conditions.Where({ $_.Type -eq 'KernelDeadlock' }).Message | Should -BeExactly $hostile
    }

    It 'is unchanged in what is exported, and compares as before' {
        $condition = (Get-ClusterNode $node).Conditions.Where({ $_.Type -eq 'KernelDeadlock' })[0]
        $condition.Message -ceq $hostile | Should -BeTrue
        $condition.Message | Should -BeOfType ([string])
        ($condition | ConvertTo-Json | ConvertFrom-Json).Message | Should -BeExactly $hostile
        (Get-ClusterNode $node | ConvertTo-Json -Depth 5 | ConvertFrom-Json).Annotations.'example.com/note' | Should -BeExactly $hostile
        ($condition | Select-Object Type, Message).Message | Should -BeExactly $hostile
        @(Get-ClusterNode | Where-Object { $_.Conditions.Message -ceq $hostile }).Name | Should -Be $node
        (Get-ClusterNode $node).Annotations.GetEnumerator().Where({ $_.Key -eq 'example.com/note' })[0].Value | Should -BeExactly $hostile
        # Others are left alone.
        (Get-ClusterNode | Where-Object Name -ne $node)[0].Conditions[0].PSObject.Properties['Message'].GetType().Name | Should -Be 'PSProperty'
    }

    It 'is escaped in the output of <_>' -ForEach @(
        'Get-ClusterNode $node', 'Get-ClusterNode $node | Format-List', '(Get-ClusterNode $node).Annotations', '(Get-ClusterNode $node).Conditions',
        'Get-NodePod $node', 'Get-NodePod $node | Format-List', 'Get-NodeDrainPlan $node', '(Get-NodeDrainPlan $node).Pods', '(Get-NodeDrainPlan $node).BlockingBudgets | Format-List', '(Get-NodeDrainPlan $node).Pods | Format-List',
        'Invoke-NodeDrain $node -WhatIf', 'Set-NodeAnnotation $node -Annotation @{ "example.com/note" = "y" }', 'Invoke-NodeDrain $node -Once -Confirm:$false -Verbose', 'Get-ClusterNode "none`e[2J"',
        'Get-ClusterNode $node | Format-List *', '(Get-ClusterNode $node).Conditions | Format-List *', '(Get-ClusterNode $node).Annotations | Format-List *', 'Get-ClusterNode $node | Format-Table Name, Annotations, Conditions -Wrap',
        'Get-ClusterNode $node | Select-Object * | Format-List', 'Get-NodePod $node | Format-List *', '(Get-NodeDrainPlan $node).Pods | Format-List *', 'Get-NodeDrainPlan $node | Format-List *', 'Test-NodeHealth $node | Format-List *',
        '(Test-NodeHealth $node).Findings | Format-List *', 'Invoke-NodeDrain $node -Once -Confirm:$false | Format-List *', 'Get-ClusterNode $node | Format-Custom * -Depth 4',
        'Set-NodeLabel "none`e[2J" -Label @{ a = "b" }', 'Remove-NodeTaint $node -Key "none`e[2J"', 'Set-NodeLabel $node -Label @{ "a`e[2J" = "b`e[2J" } -Overwrite'
    ) {
        $command = $_.Replace('$node', $node)
        # As at a prompt: all streams, as the host shows them.
        $Error.Clear()
        $shown = & { Invoke-Expression $command -ErrorVariable failed } *>&1 | Out-String -Width 400
        $shown | Find-Control | Should -BeNullOrEmpty
        foreach ($record in $Error) { $record | Out-String | Find-Control | Should -BeNullOrEmpty; $record.CategoryInfo.TargetName | Find-Control | Should -BeNullOrEmpty }
    }

    AfterAll { Resume-NodeScheduling $node }
}

Describe 'Text of API server responses' {
    BeforeAll {
        $probe = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $probe.Start()
        $port = $probe.LocalEndpoint.Port
        $probe.Stop()
        $listener = [Net.HttpListener]::new()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        $refusal = @{
            kind = 'Status'; apiVersion = 'v1'; status = 'Failure'; code = 403; reason = 'Forbidden'; message = "forbidden: $hostile"
            details = @{ name = $hostile; kind = $hostile; causes = @(@{ reason = $hostile; message = $hostile; field = $hostile }) }
        } | ConvertTo-Json -Depth 9
        # Lets a client connect, and refuses everything else.
        $server = Start-ThreadJob {
            param($Listener, $Refusal)
            $good = @{
                '/version' = '{"major":"1","minor":"36","gitVersion":"v1.36.2"}'
                '/api/v1' = '{"kind":"APIResourceList","groupVersion":"v1","resources":[]}'
                '/apis/policy' = '{"kind":"APIGroup","name":"policy","versions":[{"groupVersion":"policy/v1","version":"v1"}]}'
            }
            while ($Listener.IsListening) {
                # Ends with the listener: a second wait, begun before the listener says that it is stopped, would never end.
                try { $context = $Listener.GetContext() } catch { return }
                $body = $good[$context.Request.Url.AbsolutePath]
                if (-not $body) { $context.Response.StatusCode = 403; $body = $Refusal }
                $bytes = [Text.Encoding]::UTF8.GetBytes($body)
                $context.Response.ContentType = 'application/json'
                $context.Response.Headers.Add('Warning', '299 - "\\u001b[2J"')
                $context.Response.Close($bytes, $false)
            }
        } -ArgumentList $listener, $refusal
        $kubeconfig = Join-Path $TestDrive 'hostile.kubeconfig'
        Set-Content $kubeconfig @"
apiVersion: v1
kind: Config
current-context: hostile
clusters: [{ name: hostile, cluster: { server: 'http://127.0.0.1:$port' } }]
contexts: [{ name: hostile, context: { cluster: hostile } }]
"@
        $refusing = Connect-NodeManager -Kubeconfig $kubeconfig
    }

    It 'is escaped in the errors of <_>' -ForEach @(
        'Get-ClusterNode', 'Get-ClusterNode a', 'Get-NodePod a', 'Get-NodeDrainPlan a', 'Invoke-NodeDrain a -Confirm:$false', 'Set-NodeLabel a -Label @{ b = "c" }',
        'Set-NodeTaint a -Taint b=c:NoSchedule', 'Suspend-NodeScheduling a', 'Unregister-ClusterNode a -Confirm:$false', 'Wait-ClusterNode a -For Ready -Timeout 1s', 'Get-ClusterStatistic',
        'Get-NodeMaintenance', 'Invoke-NodeMaintenance a -Confirm:$false', 'Get-SchedulerConfiguration'
    ) {
        $Error.Clear()
        $shown = & { Invoke-Expression "$_ -Session `$refusing -Verbose" } *>&1 | Out-String -Width 400
        $Error | Should -Not -BeNullOrEmpty
        $shown | Find-Control | Should -BeNullOrEmpty
        foreach ($record in $Error) { $record | Out-String | Find-Control | Should -BeNullOrEmpty; $record.CategoryInfo.TargetName | Find-Control | Should -BeNullOrEmpty }
    }

    AfterAll {
        $refusing | Disconnect-NodeManager
        $listener.Stop()
        $server | Remove-Job -Force
        $null = Select-NodeManagerSession $session
    }
}

Describe 'Text in a suggested command line' {
    It 'is quoted as one argument' {
        $from = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'NodeManager' })[0].GetType('NodeManager.Completion.Completions').GetMethod('From')
        $words = '$(Remove-Item x)', "'; exit", "a' + `$(x) + '", '`n', "‘; exit ’", '-Force', '@{x}', 'a b', "x;y", '"$x"', '#x', '{x}', 'a,b', '~'
        foreach ($word in $words) {
            $text = $from.Invoke($null, @([string[]] $word, '')).CompletionText
            $tokens = $errors = $null
            $parsed = [Management.Automation.Language.Parser]::ParseInput("Get-ClusterNode -Name $text", [ref] $tokens, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $elements = $parsed.EndBlock.Statements[0].PipelineElements[0].CommandElements
            $parsed.EndBlock.Statements.Count | Should -Be 1
            $elements.Count | Should -Be 3
            $elements[2].SafeGetValue() | Should -BeExactly $word
        }
    }

    It 'contains only visible characters' {
        $from = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'NodeManager' })[0].GetType('NodeManager.Completion.Completions').GetMethod('From')
        $from.Invoke($null, @([string[]] ("a`e[2J", "b`nexit", "c`u{202e}d", 'fine'), '')).CompletionText | Should -Be 'fine'
    }

    It 'is the validated id of the run to resume' {
        $null = Send POST '/api/v1/namespaces/kube-system/configmaps' @{
            metadata = @{ name = 'nodemanager-run-evil'; labels = @{ 'nodemanager.io/maintenance-run' = 'evil' } }
            data = @{ format = '1'; run = (@{ id = 'x; Remove-Item ~ -Recurse'; by = "me`e[2J" } | ConvertTo-Json); state = '{"status":"Interrupted"}' }
        }
        (Get-NodeMaintenance).ResumeCommand | Should -Not -BeLike '*Remove-Item*'
    }
}
