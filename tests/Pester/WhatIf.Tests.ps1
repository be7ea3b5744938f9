# What is announced has been checked: a node that is gone, another node of the name, a wrong window, a run that does not exist.
BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path

    # -WhatIf writes to the host, so the commands run in a process of their own, which writes what each of them announced.
    function Get-Announced([string] $Script) {
        $prepare = "`$ErrorActionPreference = 'Continue'; `$PSStyle.OutputRendering = 'PlainText'; Import-Module '$root/NodeManager.psd1'; `$null = Connect-NodeManager -Sandbox; " +
            "`$there = Get-ClusterNode worker-1a-01; `$gone = Get-ClusterNode worker-1c-01; `$replaced = [pscustomobject]@{ Name = 'worker-1b-01'; NodeUid = 'other'; Cluster = `$there.Cluster }; " +
            "Unregister-ClusterNode worker-1c-01 -IncludePod -Confirm:`$false; "
        $said = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command ($prepare + "& { $Script } 2>&1 | ForEach-Object { if (`$_ -is [Management.Automation.ErrorRecord]) { 'ERROR ' + `$_.FullyQualifiedErrorId } }") 2>&1
        , @($said | ForEach-Object { "$_" } | Where-Object { $_ -match '^(What if|ERROR)' })
    }
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
