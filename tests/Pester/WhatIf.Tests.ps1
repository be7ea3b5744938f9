# What is announced has been checked: a node that is gone, another node of the name, a wrong window, a run that does not exist.
BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path

    # -WhatIf writes to the host, so the commands run in a process of their own, which writes what each of them announced.
    $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath, [string[]] @('-NoProfile', '-NonInteractive', '-Command', '-'))
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $shell = [Diagnostics.Process]::Start($start)
    $shell.StandardInput.WriteLine("`$ErrorActionPreference = 'Continue'; `$PSStyle.OutputRendering = 'PlainText'; Import-Module '$root/NodeManager.psd1'; `$null = Connect-NodeManager -Sandbox; " +
        "`$there = Get-ClusterNode worker-1a-01; `$gone = Get-ClusterNode worker-1c-01; `$replaced = [pscustomobject]@{ Name = 'worker-1b-01'; NodeUid = 'other'; Cluster = `$there.Cluster }; " +
        "Unregister-ClusterNode worker-1c-01 -IncludePod -Confirm:`$false")
    # Marks are lines of their own, which an error before them does not skip.
    $shell.StandardInput.WriteLine("'== ready'")
    # The first line begins with a sequence for terminals.
    $null = $shell.StandardOutput.ReadLine()
    function Get-Announced([string] $Script) {
        $shell.StandardInput.WriteLine("& { $Script } 2>&1 | ForEach-Object { if (`$_ -is [Management.Automation.ErrorRecord]) { 'ERROR ' + `$_.FullyQualifiedErrorId } }")
        $shell.StandardInput.WriteLine("'== end'")
        $said = while ($null -ne ($line = $shell.StandardOutput.ReadLine()) -and $line -ne '== end') { $line }
        , @($said | Where-Object { $_ -match '^(What if|ERROR)' })
    }
}

AfterAll {
    $shell.StandardInput.Close()
    if (-not $shell.WaitForExit(30000)) { $shell.Kill() }
}

Describe '-WhatIf' {
    It 'announces only nodes that are there: <_>' -ForEach 'Invoke-NodeDrain -DeleteUnmanagedPod -DeleteEmptyDirData', 'Suspend-NodeScheduling', 'Set-NodeLabel a=b', 'Set-NodeTaint a=b:NoSchedule', 'Remove-NodeLabel kubernetes.io/os' {
        $said = Get-Announced "`$gone, `$replaced, `$there | $_ -WhatIf"
        $announced = @($said -match '^What if')
        $announced.Count | Should -Be 1 -Because ($said -join "`n")
        $announced[0] | Should -Match 'worker-1a-01'
        @($said -match '^ERROR' | Sort-Object) | Should -BeLike 'ERROR Node*'
        $said -match 'NodeNotFound' | Should -HaveCount 1
        $said -match 'NodeReplaced' | Should -HaveCount 1
    }

    It 'announces nothing that cannot be done: <Command>' -ForEach @(
        @{ Command = '$gone, $replaced | Unregister-ClusterNode -WhatIf'; Id = 'NodeNotFound' }
        @{ Command = '$gone, $there | Invoke-NodeMaintenance -WhatIf'; Id = 'NodeNotFound' }
        @{ Command = 'Invoke-NodeMaintenance worker-1a-01 -Window bad -WhatIf'; Id = 'InvalidWindow' }
        @{ Command = 'Invoke-NodeDrain worker-1a-01 -Detach -Window bad -WhatIf'; Id = 'InvalidWindow' }
        @{ Command = 'Stop-NodeMaintenance nope -WhatIf'; Id = 'MaintenanceNotFound' }
        @{ Command = 'Remove-NodeMaintenance nope -WhatIf'; Id = 'MaintenanceNotFound' }
    ) {
        $said = Get-Announced "try { $Command } catch { `$_ }"
        $said -match '^What if' | Should -BeNullOrEmpty
        $said -join ' ' | Should -BeLike "*ERROR $Id,*"
    }

    It 'shows the change, key by key' {
        $said = Get-Announced "Set-NodeLabel worker-1a-01 @{ 'kubernetes.io/os' = 'other'; fresh = 'x' } -Overwrite -WhatIf"
        $said[0] | Should -BeLike '*Labels?fresh?: * -> x*'
        $said[0] | Should -BeLike '*Labels?kubernetes.io/os?: linux -> other*'
    }
}

# Each command that changes a cluster, for objects that are not there and for a user who may only read.
Describe '-WhatIf of every command that changes a cluster' {
    BeforeDiscovery {
        Import-Module (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path -Force
        $commands = Get-Command -Module NodeManager -CommandType Cmdlet | Where-Object { $_.Parameters.ContainsKey('ConfirmCluster') } | ForEach-Object Name
    }

    BeforeAll {
        # @: what no check can refuse, with the reason.
        $missing = @{
            'Approve-NodeAgentPlan' = '@its plans are of a server, not of the cluster'; 'Deny-NodeAgentPlan' = '@the same'
            'Backup-SchedulerConfiguration' = 'Backup-SchedulerConfiguration nope'; 'Restore-SchedulerConfiguration' = 'Restore-SchedulerConfiguration -Revision 4711'
            'Restart-Scheduler' = 'Restart-Scheduler nope'; 'Set-SchedulerConfiguration' = 'Set-SchedulerConfiguration -Text "nope: ["'
            'Disable-SchedulerPlugin' = 'Disable-SchedulerPlugin Nope -ExtensionPoint score'; 'Enable-SchedulerPlugin' = 'Enable-SchedulerPlugin Nope -ExtensionPoint score'
            'Set-SchedulerPlugin' = 'Set-SchedulerPlugin Nope -Argument @{ a = 1 }'; 'Register-SchedulerPlugin' = 'Register-SchedulerPlugin nope.yaml -Scope Cluster'
            'Unregister-SchedulerPlugin' = 'Unregister-SchedulerPlugin Nope'
            'Install-NodeAutoscaler' = '@it creates everything that is missing'
            'Invoke-NodeDrain' = 'Invoke-NodeDrain nope'; 'Invoke-NodeMaintenance' = 'Invoke-NodeMaintenance nope'; 'Repair-ClusterNode' = 'Repair-ClusterNode nope'
            'Invoke-NodeCommand' = 'Set-NodeManagerConfiguration -NodeCommandImage $image; Invoke-NodeCommand nope uptime'
            'Enter-ClusterNode' = 'Set-NodeManagerConfiguration -NodeCommandImage $image; Enter-ClusterNode nope'
            'New-NodeAlertSilence' = 'New-NodeAlertSilence -Reason test'; 'Remove-NodeAlertSilence' = 'Remove-NodeAlertSilence abc'
            'Stop-NodeMaintenance' = 'Stop-NodeMaintenance nope'; 'Remove-NodeMaintenance' = 'Remove-NodeMaintenance nope'
            'Set-NodeAnnotation' = 'Set-NodeAnnotation nope a=b'; 'Set-NodeLabel' = 'Set-NodeLabel nope a=b'; 'Set-NodeTaint' = 'Set-NodeTaint nope a=b:NoSchedule'
            'Remove-NodeAnnotation' = 'Remove-NodeAnnotation nope a'; 'Remove-NodeLabel' = 'Remove-NodeLabel nope a'; 'Remove-NodeTaint' = 'Remove-NodeTaint nope a'
            'Suspend-NodeScheduling' = 'Suspend-NodeScheduling nope'; 'Resume-NodeScheduling' = 'Resume-NodeScheduling nope'; 'Unregister-ClusterNode' = 'Unregister-ClusterNode nope'
            'New-NodePool' = 'New-NodePool small -NodeProvider nope -NodeCount 1'; 'Remove-NodePool' = 'Remove-NodePool nope'; 'Resize-NodePool' = 'Resize-NodePool nope 1'
            'Set-NodePool' = 'Set-NodePool nope -NodeCount 2'; 'Set-NodePoolStatus' = 'Set-NodePoolStatus nope c -Condition Ready=True'; 'Update-NodePool' = 'Update-NodePool nope'
            'Set-NodePoolUpdate' = 'Set-NodePoolUpdate nope -MaxSurge 1'; 'Stop-NodePoolUpdate' = 'Stop-NodePoolUpdate nope'
            'Suspend-NodePoolUpdate' = 'Suspend-NodePoolUpdate nope'; 'Resume-NodePoolUpdate' = 'Resume-NodePoolUpdate nope'
            'Start-NodeAutoscaler' = 'Start-NodeAutoscaler -Session $bare'; 'Stop-NodeAutoscaler' = 'Stop-NodeAutoscaler'
            'Remove-NodeClaim' = 'Remove-NodeClaim nope'; 'Test-NodeProvider' = 'Test-NodeProvider nope -Conformance'; 'New-Machine' = 'New-Machine m nope'; 'Remove-Machine' = '$machine | Remove-Machine'
            'New-NodeProvider' = 'New-NodeProvider lab simulated -Namespace nope'; 'Set-NodeProvider' = 'Set-NodeProvider nope -StorageName a'; 'Remove-NodeProvider' = 'Remove-NodeProvider nope'
            'Set-SandboxFault' = 'Set-SandboxFault NodeDown -PodSelector a=b'; 'Clear-SandboxFault' = 'Clear-SandboxFault nope'
        }
        # @: what needs no permission of the cluster, with the reason.
        $forbidden = @{
            'Backup-SchedulerConfiguration' = 'Backup-SchedulerConfiguration'; 'Restart-Scheduler' = 'Restart-Scheduler'
            'Set-SchedulerConfiguration' = 'Set-SchedulerConfiguration -Text ((Get-SchedulerConfiguration).Text + "`n# changed")'
            'Register-SchedulerPlugin' = 'Register-SchedulerPlugin $definition -Scope Cluster'; 'Install-NodeAutoscaler' = 'Install-NodeAutoscaler -Namespace other'
            'Invoke-NodeDrain' = 'Invoke-NodeDrain $node'; 'Invoke-NodeMaintenance' = 'Invoke-NodeMaintenance $node'
            'Invoke-NodeCommand' = 'Set-NodeManagerConfiguration -NodeCommandImage $image; Invoke-NodeCommand $node uptime'
            'Enter-ClusterNode' = 'Set-NodeManagerConfiguration -NodeCommandImage $image; Enter-ClusterNode $node'
            'Set-NodeAnnotation' = 'Set-NodeAnnotation $node a=b'; 'Set-NodeLabel' = 'Set-NodeLabel $node a=b'; 'Set-NodeTaint' = 'Set-NodeTaint $node a=b:NoSchedule'
            'Remove-NodeLabel' = 'Remove-NodeLabel $node kubernetes.io/os'; 'Suspend-NodeScheduling' = 'Suspend-NodeScheduling $node'; 'Unregister-ClusterNode' = 'Unregister-ClusterNode $node -IncludePod'
            'New-NodePool' = 'New-NodePool other -NodeProvider lab -NodeCount 1'; 'Remove-NodePool' = 'Remove-NodePool small -Provider Cluster'
            'Resize-NodePool' = 'Resize-NodePool small 1 -Provider Cluster'; 'Set-NodePoolStatus' = 'Set-NodePoolStatus small c -Condition Special=True -Provider Cluster'
            'Start-NodeAutoscaler' = 'Start-NodeAutoscaler'; 'New-NodeAlertSilence' = 'New-NodeAlertSilence -Cause NotReady -Reason test'
            'New-NodeProvider' = 'New-NodeProvider more simulated'; 'Remove-NodeProvider' = 'Remove-NodeProvider spare'
        }

        $script:announced = & {
            $definition = Join-Path $TestDrive 'plugin.yaml'
            Set-Content $definition "name: Own`nextensionPoints: [score]"
            $calls = @(foreach ($name in $missing.Keys) { if ($missing[$name][0] -ne '@') { @{ Name = $name; Kind = 'missing'; Call = $missing[$name] } } }
                foreach ($name in $forbidden.Keys) { @{ Name = $name; Kind = 'forbidden'; Call = $forbidden[$name] } })
            $lines = foreach ($call in $calls) { "'# $($call.Kind) $($call.Name)'; Use-User $($call.Kind); try { $($call.Call) -WhatIf *>&1 | Write-Result } catch { Write-Result `$_ }" }
            $script = Join-Path $TestDrive 'announce.ps1'
            Set-Content $script (@"
`$ErrorActionPreference = 'Continue'; `$PSStyle.OutputRendering = 'PlainText'
Import-Module '$root/NodeManager.psd1'; . '$root/tests/Pester/Api.ps1'
`$definition = '$definition'
`$image = 'example.local/shell@sha256:' + '0' * 64
function Write-Result([Parameter(ValueFromPipeline)] `$Thing) { process { if (`$Thing -is [Management.Automation.ErrorRecord]) { "ERROR `$(`$Thing.FullyQualifiedErrorId)" } elseif (`$Thing -is [Management.Automation.WarningRecord]) { "WARNING `$Thing" } } }
`$bare = Connect-NodeManager -Sandbox -SandboxNodes 3
`$session = Connect-NodeManager -Sandbox -SandboxNodes 6 -SandboxPort 0 -SandboxRbac
`$group = 'rbac.authorization.k8s.io'
`$null = Send POST "/apis/`$group/v1/clusterroles" @{ apiVersion = "`$group/v1"; kind = 'ClusterRole'; metadata = @{ name = 'reads' }; rules = @(@{ apiGroups = @('*'); resources = @('*'); verbs = @('get', 'list', 'watch') }) }
`$null = Send POST "/apis/`$group/v1/clusterrolebindings" @{ apiVersion = "`$group/v1"; kind = 'ClusterRoleBinding'; metadata = @{ name = 'reads' }; roleRef = @{ apiGroup = `$group; kind = 'ClusterRole'; name = 'reads' }; subjects = @(@{ kind = 'User'; name = 'reader'; apiGroup = `$group }) }
`$null = Install-NodeAutoscaler -Confirm:`$false
`$null = New-NodeProvider lab simulated -Confirm:`$false
`$null = New-NodeProvider spare simulated -Confirm:`$false
`$null = New-NodePool small -NodeProvider lab -NodeCount 0 -Confirm:`$false
`$machine = New-Machine gone lab -Confirm:`$false
Remove-Machine gone lab -Confirm:`$false
`$node = (Get-ClusterNode | Where-Object Roles -NotContains 'control-plane')[-1].Name
`$reader = Connect-NodeManager -Session `$session -ImpersonateUser reader
function Use-User(`$Kind) { `$null = Select-NodeManagerSession (`$Kind -eq 'forbidden' ? `$reader : `$session) }
"@ + "`n" + ($lines -join "`n"))
            $all = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File $script 2>&1 | ForEach-Object { "$_" }
            $of = @{}
            foreach ($line in $all) { if ($line -match '^# (.*)') { $key = $Matches[1]; $of[$key] = @() } elseif ($key -and $line -match '^(What if|ERROR|WARNING)') { $of[$key] += $line } }
            $of
        }
    }

    It 'is listed here: <_>' -ForEach $commands { $missing.ContainsKey($_) | Should -BeTrue }

    It 'announces nothing for objects that are not there: <_>' -ForEach $commands {
        if ($missing[$_][0] -eq '@') { Set-ItResult -Skipped -Because $missing[$_].Substring(1); return }
        $said = $announced["missing $_"]
        $said -match '^What if' | Should -BeNullOrEmpty
        $said -match '^(ERROR|WARNING)' | Should -Not -BeNullOrEmpty
    }

    It 'announces nothing that the user has no permission for: <_>' -ForEach $commands {
        if (-not $forbidden.ContainsKey($_)) { Set-ItResult -Skipped -Because 'its permission is checked as that of the others, or it needs none'; return }
        $said = $announced["forbidden $_"]
        $said -match '^What if' | Should -BeNullOrEmpty
        if ($_ -ne 'Invoke-NodeDrain') { $said -join ' ' | Should -BeLike '*ERROR Forbidden*' }
    }
}

# What a drain needs depends on its options; a maintenance drains.
Describe '-WhatIf of a maintenance' {
    BeforeAll {
        Import-Module "$root/NodeManager.psd1" -Force
        . "$PSScriptRoot/Api.ps1"
        $session = Connect-NodeManager -Sandbox -SandboxNodes 6 -SandboxPort 0 -SandboxRbac
        $group = 'rbac.authorization.k8s.io'
        $common = @(
            @{ apiGroups = @(''); resources = @('nodes'); verbs = @('get', 'list', 'watch', 'patch') }
            @{ apiGroups = @('', 'apps', 'policy'); resources = @('*'); verbs = @('get', 'list', 'watch') }
        )
        $users = @{
            evicts  = @{ apiGroups = @(''); resources = @('pods/eviction'); verbs = @('create') }
            deletes = @{ apiGroups = @(''); resources = @('pods'); verbs = @('delete') }
        }
        foreach ($user in $users.Keys) {
            $null = Send POST "/apis/$group/v1/clusterroles" @{ apiVersion = "$group/v1"; kind = 'ClusterRole'; metadata = @{ name = $user }; rules = $common + $users[$user] }
            $null = Send POST "/apis/$group/v1/clusterrolebindings" @{ apiVersion = "$group/v1"; kind = 'ClusterRoleBinding'; metadata = @{ name = $user }; roleRef = @{ apiGroup = $group; kind = 'ClusterRole'; name = $user }; subjects = @(@{ kind = 'User'; name = $user; apiGroup = $group }) }
        }
        $node = (Get-ClusterNode | Where-Object Roles -NotContains 'control-plane')[-1].Name
    }

    AfterAll {
        Get-NodeManagerSession | Disconnect-NodeManager
    }

    It 'asks for what the options need: <User> <Name>' -ForEach @(
        @{ User = 'evicts'; Name = 'without options'; Options = @{}; Missing = '' }
        @{ User = 'evicts'; Name = 'with -DisableEviction'; Options = @{ DisableEviction = $true }; Missing = 'delete pods' }
        @{ User = 'evicts'; Name = 'with -OverrideBudgetAfter'; Options = @{ OverrideBudgetAfter = '5m' }; Missing = 'delete pods' }
        @{ User = 'deletes'; Name = 'without options'; Options = @{}; Missing = 'create pods/eviction' }
        @{ User = 'deletes'; Name = 'with -DisableEviction'; Options = @{ DisableEviction = $true }; Missing = '' }
    ) {
        $as = Connect-NodeManager -Session $session -ImpersonateUser $User
        $plans = Invoke-NodeMaintenance $node -Session $as -WhatIf @Options -ErrorVariable failures -ErrorAction SilentlyContinue
        if ($Missing) {
            $plans | Should -BeNullOrEmpty
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'Forbidden,*'
            "$($failures[0])" | Should -BeLike "*cannot $Missing in cluster*"
        }
        else {
            $failures | Should -BeNullOrEmpty
            $plans.Node | Should -Be $node
        }
    }
}
