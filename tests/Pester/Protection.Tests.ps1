# Changes of a protected cluster.
BeforeDiscovery {
    Import-Module (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path -Force
    $commands = Get-Command -Module NodeManager -CommandType Cmdlet | Where-Object { $_.Parameters.ContainsKey('WhatIf') } | ForEach-Object {
        @{ Name = $_.Name; IsLocal = $_.ImplementingType.GetInterfaces().Name -contains 'ILocalChange'; HasConfirmation = $_.Parameters.ContainsKey('ConfirmCluster') }
    }
}

BeforeAll {
    Import-Module (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path -Force
    $session = Connect-NodeManager -Sandbox -Protected
    Set-NodeManagerConfiguration -NodeCommandImage ('example.local/shell@sha256:' + '0' * 64)
    $node = (Get-ClusterNode -Status Ready | Where-Object Roles -NotContains 'control-plane')[0].Name

    # What each command would change. -Force is added where a command has it.
    $calls = @{
        'Clear-SandboxFault'             = { param($p) Clear-SandboxFault fault @p }
        'Disable-SchedulerPlugin'        = { param($p) Disable-SchedulerPlugin ImageLocality -ExtensionPoint score @p }
        'Enable-SchedulerPlugin'         = { param($p) Enable-SchedulerPlugin NodeResourcesMostAllocated -ExtensionPoint score @p }
        'Set-SchedulerPlugin'            = { param($p) Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 71.5 } @p }
        'Set-SchedulerConfiguration'     = { param($p) Set-SchedulerConfiguration -Text ((Get-SchedulerConfiguration).Text + "`n# changed`n") @p }
        'Backup-SchedulerConfiguration'  = { param($p) Backup-SchedulerConfiguration @p }
        'Restore-SchedulerConfiguration' = { param($p) Get-SchedulerConfigurationBackup | Sort-Object Revision | Select-Object -First 1 | Restore-SchedulerConfiguration @p }
        'Restart-Scheduler'              = { param($p) Restart-Scheduler @p }
        'Install-NodeAutoscaler'         = { param($p) Install-NodeAutoscaler @p }
        'Invoke-NodeDrain'               = { param($p) Invoke-NodeDrain $node @p }
        'Invoke-NodeMaintenance'         = { param($p) Invoke-NodeMaintenance $node @p }
        'Invoke-NodeCommand'             = { param($p) Invoke-NodeCommand $node uptime @p }
        'Enter-ClusterNode'              = { param($p) Enter-ClusterNode $node @p }
        'Remove-NodeAnnotation'          = { param($p) Remove-NodeAnnotation $node -Key a @p }
        'Remove-NodeLabel'               = { param($p) Remove-NodeLabel $node -Key a @p }
        'Remove-NodeTaint'               = { param($p) Remove-NodeTaint $node -Key a @p }
        'Set-NodeAnnotation'             = { param($p) Set-NodeAnnotation $node -Annotation @{ a = 'b' } @p }
        'Set-NodeLabel'                  = { param($p) Set-NodeLabel $node -Label @{ a = 'b' } @p }
        'Set-NodeTaint'                  = { param($p) Set-NodeTaint $node -Key a -Effect PreferNoSchedule @p }
        'Suspend-NodeScheduling'         = { param($p) Suspend-NodeScheduling $node @p }
        'Resume-NodeScheduling'          = { param($p) Resume-NodeScheduling $node @p }
        'Unregister-ClusterNode'         = { param($p) Unregister-ClusterNode $node @p }
        'New-NodePool'                   = { param($p) Get-NodePool | Select-Object -First 1 | New-NodePool -Name another @p }
        'Remove-NodePool'                = { param($p) Get-NodePool | Select-Object -First 1 | Remove-NodePool @p }
        'Resize-NodePool'                = { param($p) Get-NodePool | Select-Object -First 1 | Resize-NodePool -NodeCount 1 @p }
        'Set-NodePool'                   = { param($p) Get-NodePool | Select-Object -First 1 | Set-NodePool -Label @{ a = 'b' } @p }
        'Set-NodePoolStatus'             = { param($p) Get-NodePool | Select-Object -First 1 | Set-NodePoolStatus -ControllerName c -Condition @{ Type = 'Ready'; Status = 'True' } @p }
        'Set-SandboxFault'               = { param($p) Set-SandboxFault NodeDown -Node $node @p }
        'Start-NodeAutoscaler'           = { param($p) Start-NodeAutoscaler @p }
        'Stop-NodeAutoscaler'            = { param($p) Stop-NodeAutoscaler @p }
        'Stop-NodeMaintenance'           = { param($p) Stop-NodeMaintenance abc @p }
        'Remove-NodeMaintenance'         = { param($p) Remove-NodeMaintenance abc @p }
        'New-NodeAlertSilence'           = { param($p) New-NodeAlertSilence -Cause NotReady -Reason test @p }
        'Remove-NodeAlertSilence'        = { param($p) Remove-NodeAlertSilence abc @p }
        'Remove-NodeClaim'               = { param($p) Remove-NodeClaim abc @p }
        'New-NodeProvider'               = { param($p) New-NodeProvider lab simulated @p }
        'Set-NodePoolUpdate'             = { param($p) Set-NodePoolUpdate pool -MaxSurge 1 @p }
        'Stop-NodePoolUpdate'            = { param($p) Stop-NodePoolUpdate pool @p }
        'Suspend-NodePoolUpdate'         = { param($p) Suspend-NodePoolUpdate pool @p }
        'Resume-NodePoolUpdate'          = { param($p) Resume-NodePoolUpdate pool @p }
        'Register-SchedulerPlugin'       = { param($p) Register-SchedulerPlugin $definition -Scope Cluster @p }
    }
    # Their question comes after the cluster has answered what an embedded cluster without these objects does not have; they ask by the same method.
    $needMore = 'Remove-NodeProvider', 'Set-NodeProvider', 'Test-NodeProvider', 'Remove-Machine', 'Update-NodePool', 'Unregister-SchedulerPlugin', 'Repair-ClusterNode', 'Approve-NodeAgentPlan', 'New-Machine', 'Clear-SandboxFault', 'Stop-NodeAutoscaler'

    $definition = Join-Path $TestDrive 'plugin.yaml'
    Set-Content $definition "name: Own`nextensionPoints: [score]"
    $null = Backup-SchedulerConfiguration -ConfirmCluster $session.Cluster -Confirm:$false
    Set-SchedulerPlugin Rescheduler -Argument @{ cpuThreshold = 72.5 } -NoRestart -ConfirmCluster $session.Cluster -Confirm:$false -WarningAction SilentlyContinue
    # The pool service marks the nodes of its pools when it starts.
    $null = Get-NodePool

    function Get-Mark {
        Get-ClusterNode | ForEach-Object { "$($_.Name) $($_.Unschedulable) $($_.Labels) $($_.Annotations) $($_.Taints)" }
        (Get-NodePool).Name
        (Get-SchedulerConfiguration).Text
        (Get-SchedulerConfigurationBackup).Revision
        (Get-SandboxFault).Name
    }
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'A protected cluster' {
    It 'has -ConfirmCluster in <Name>, or the command changes no cluster' -ForEach $commands {
        $HasConfirmation | Should -Be (-not $IsLocal)
        if (-not $IsLocal) { $calls.ContainsKey($Name) -or $needMore -contains $Name | Should -BeTrue -Because 'the next test runs it' }
    }

    It 'is not changed by <Name> -Confirm:$false -Force' -ForEach ($commands | Where-Object { -not $_.IsLocal }) {
        if ($needMore -contains $Name) { Set-ItResult -Skipped -Because 'it needs objects that are not there; it asks by the same method'; return }
        $before = Get-Mark
        $more = @{ Confirm = $false; ErrorAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue' }
        $parameters = (Get-Command $Name).Parameters
        if ($parameters.ContainsKey('Force') -and $Name -notin 'Invoke-NodeDrain', 'Invoke-NodeMaintenance') { $more.Force = $true }
        foreach ($given in $null, 'another') {
            $failures = @()
            if ($given) { $more.ConfirmCluster = $given }
            $null = & $calls[$Name] ($more + @{ ErrorVariable = 'script:failures' })
            $script:failures[0].FullyQualifiedErrorId | Should -BeLike 'ProtectedCluster,*'
            $script:failures[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
        }
        Get-Mark | Should -Be $before
    }

    It 'can be asked with -WhatIf' {
        Suspend-NodeScheduling $node -WhatIf -ErrorAction Stop
        (Invoke-NodeDrain $node -WhatIf -ErrorAction Stop).Node | Should -Be $node
        (Get-ClusterNode $node).Unschedulable | Should -BeFalse
    }

    It 'is changed with its name' {
        (Suspend-NodeScheduling $node -ConfirmCluster $session.Cluster -PassThru).Unschedulable | Should -BeTrue
        (Resume-NodeScheduling $node -ConfirmCluster $session.Cluster -PassThru).Unschedulable | Should -BeFalse
        $job = Invoke-NodeDrain $node -PodSelector never=there -ConfirmCluster $session.Cluster -Confirm:$false -AsJob
        ($job | Receive-Job -Wait -AutoRemoveJob).Status | Should -Be 'Drained'
        Resume-NodeScheduling $node -ConfirmCluster $session.Cluster
    }

    It 'is not changed by a job' {
        $job = Start-ThreadJob { Import-Module $using:PSScriptRoot/../../NodeManager.psd1; Suspend-NodeScheduling $using:node -Session $using:session -Confirm:$false }
        $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ProtectedCluster*'
        (Get-ClusterNode $node).Unschedulable | Should -BeFalse
    }

    It 'stays protected for another user' {
        $other = Connect-NodeManager -Session $session -ImpersonateUser admin -ImpersonateGroup system:masters
        $other.IsProtected | Should -BeTrue
        Disconnect-NodeManager $other
        Select-NodeManagerSession $session
    }

    It 'is one whose context the configuration names' {
        $served = Connect-NodeManager -Sandbox -SandboxPort 0
        $context = (Get-Content $served.KubeconfigPath -Raw | Select-String 'current-context: (\S+)').Matches[0].Groups[1].Value.Trim('"')
        $env:NODEMANAGER_PROTECTED_CONTEXTS = "other, $context"
        try { $other = Connect-NodeManager -Kubeconfig $served.KubeconfigPath }
        finally { $env:NODEMANAGER_PROTECTED_CONTEXTS = $null }
        $other.IsProtected | Should -BeTrue
        $served.IsProtected | Should -BeFalse
        Disconnect-NodeManager $other
        Disconnect-NodeManager $served
    }
}
