BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $file = "$TestDrive/plugins.yaml"
    Set-Content $file "name: GpuPacking`nextensionPoints: [filter, score]`narguments:`n  mode: string`n---`nname: Quiet`nextensionPoints: [permit]"
    $session = Connect-NodeManager -Sandbox
}

AfterAll { Disconnect-NodeManager $session }

Describe 'Register-SchedulerPlugin' {
    It 'registers plugins in the session' {
        $known = Register-SchedulerPlugin $file -PassThru
        $known.Name | Should -Be GpuPacking, Quiet
        $known[0].Source | Should -Be Session
        (Get-SchedulerPluginDefinition Gpu*).Arguments | Should -Be '{mode: string}'
        (Get-NodeManagerConfiguration).SchedulerPlugins.Name | Should -Be GpuPacking, Quiet
        Set-NodeManagerConfiguration -MetricsEnabled $true
        (Get-NodeManagerConfiguration).SchedulerPlugins.Count | Should -Be 2
    }

    It 'registers plugins for all users of the cluster, and the session takes precedence' {
        Register-SchedulerPlugin $file -Scope Cluster
        Get-SchedulerPluginDefinition GpuPacking | ForEach-Object Source | Should -Be Cluster, Session
        Unregister-SchedulerPlugin GpuPacking -Scope Session
        (Get-SchedulerPluginDefinition GpuPacking).Source | Should -Be Cluster
    }

    It 'changes nothing with -WhatIf, and reports missing fields of a file' {
        Register-SchedulerPlugin $file -WhatIf
        Get-SchedulerPluginDefinition GpuPacking -Source Session | Should -BeNullOrEmpty
        Set-Content "$TestDrive/bad.yaml" 'name: X'
        { Register-SchedulerPlugin "$TestDrive/bad.yaml" -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerDefinitionInvalid,*'
        { Register-SchedulerPlugin "$TestDrive/none.yaml" -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerDefinitionNotFound,*'
    }

    It 'is reverted by name, with wildcards, from the pipeline' {
        { Unregister-SchedulerPlugin Nope -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerDefinitionNotFound,*'
        Get-SchedulerPluginDefinition -Source Session, Cluster | Unregister-SchedulerPlugin
        Get-SchedulerPluginDefinition -Source Session, Cluster | Should -BeNullOrEmpty
        Unregister-SchedulerPlugin * | Should -BeNullOrEmpty
    }
}

Describe 'Get-SchedulerPluginDefinition' {
    It 'lists the known plugins of a release' {
        (Get-SchedulerPluginDefinition NodeResourcesFit).Source | Should -Be BuiltIn
        (Get-SchedulerPluginDefinition Coscheduling).Source | Should -Be Public
        Get-SchedulerPluginDefinition NodeResourcesMostAllocated | Should -BeNullOrEmpty
        (Get-SchedulerPluginDefinition NodeResourcesMostAllocated -KubernetesVersion 1.20).ExtensionPoints | Should -Be score
        (Get-SchedulerPluginDefinition NodeResourcesFit | Out-String -Width 80) | Should -Match 'preFilter, filter'
    }
}

Describe 'Get-SchedulerTemplate' {
    It 'lists built-in templates and those of a folder' {
        (Get-SchedulerTemplate).Name | Should -Be BinPacking, CapacityQuota, GangScheduling, LoadAware, Rescheduling
        (Get-SchedulerTemplate | Where-Object { -not $_.Requires.Count }).Name | Should -Be BinPacking
        $null = New-Item -ItemType Directory "$TestDrive/templates"
        Set-Content "$TestDrive/templates/Own.yaml" "description: mine`nsteps:`n- enable: ImageLocality`n  at: [score]"
        (Get-SchedulerTemplate Own -TemplateFolder "$TestDrive/templates").Description | Should -Be mine
        { Get-SchedulerTemplate -TemplateFolder "$TestDrive/none" } | Should -Throw -ErrorId 'SchedulerTemplateNotFound,*'
        (TabExpansion2 'Get-SchedulerTemplate Bin').CompletionMatches.CompletionText | Should -Be BinPacking
    }
}

Describe 'Measure-SchedulerPlugin' {
    It 'recommends how to reach an unreachable scheduler' {
        { Measure-SchedulerPlugin -Uri http://127.0.0.1:1/metrics -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerMetricsUnavailable,*'
        { Measure-SchedulerPlugin -Pod nope -ErrorAction Stop } | Should -Throw -ErrorId 'SchedulerNotFound,*'
    }
}
