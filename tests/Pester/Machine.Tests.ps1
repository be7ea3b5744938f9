BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxSpeed 60
    $rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'PlainText'
    $secret = 'very-secret-value'
    $token = [pscredential]::new('root@pam!auto', (ConvertTo-SecureString $secret -AsPlainText -Force))
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Installing the autoscaler' {
    It 'is recommended by every other command' {
        { Get-NodeProvider -ErrorAction Stop } | Should -Throw -ErrorId 'AutoscalerNotInstalled*'
        { New-NodeProvider sim simulated -ErrorAction Stop } | Should -Throw -ErrorId 'AutoscalerNotInstalled*'
        { Get-Machine -ErrorAction Stop } | Should -Throw -ErrorId 'AutoscalerNotInstalled*'
    }

    It 'changes nothing with -WhatIf' {
        Install-NodeAutoscaler -WhatIf | Should -BeNullOrEmpty
        Install-NodeAutoscaler -Expander price -WhatIf | Should -BeNullOrEmpty
        { Get-NodeProvider -ErrorAction Stop } | Should -Throw -ErrorId 'AutoscalerNotInstalled*'
    }

    It 'reports each object, and changes nothing the second time' {
        $made = Install-NodeAutoscaler
        $made | Should -BeOfType ([NodeManager.AutoscalerObject])
        $made.Status | Select-Object -Unique | Should -Be 'Created'
        $made.Kind | Should -Contain 'CustomResourceDefinition'
        (Install-NodeAutoscaler).Status | Select-Object -Unique | Should -Be 'Unchanged'
        ($made | Out-String -Width 80 -Stream | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
    }

    It 'writes the settings that apply to all pools to the control plane' {
        (Install-NodeAutoscaler -Expander price -WhatIf).Kind | Should -Not -Contain NodeSmithControlPlane
        $made = Install-NodeAutoscaler -Expander priority, price -BalanceSimilarPools $true -ExpendablePodsPriorityCutoff -5 | Where-Object Kind -eq NodeSmithControlPlane
        $made.Status, "$($made.Namespace)/$($made.Name)" | Should -Be Created, kubenodesmith/nodemanager
        (Install-NodeAutoscaler -Expander priority, price | Where-Object Kind -eq NodeSmithControlPlane).Status | Should -Be Unchanged
        $changed = Install-NodeAutoscaler -Expander @() | Where-Object Kind -eq NodeSmithControlPlane
        $changed.Status, "$($changed.Changes)" | Should -Be Changed, 'spec.expanders: ["priority","price"] -> ""'
        { Install-NodeAutoscaler -Expander random } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }
}

Describe 'Machine providers' {
    BeforeAll { $null = Install-NodeAutoscaler }

    AfterEach { Get-NodeProvider | Remove-NodeProvider -Confirm:$false }

    It 'are created from parameters, once' {
        $provider = New-NodeProvider sim simulated -MaxMachines 5 -Zone a, b -BootDelay 90
        $provider | Should -BeOfType ([NodeManager.NodeProvider])
        $provider.Type, $provider.Namespace, $provider.Target | Should -Be 'simulated', 'kubenodesmith', 'up to 5 machines'
        ($provider.Manifest | ConvertFrom-Json).spec.simulated.bootDelay | Should -Be '1m30s'
        (New-NodeProvider sim simulated -MaxMachines 5 -Zone a, b -BootDelay 90).Uid | Should -Be $provider.Uid
        { New-NodeProvider sim simulated -MaxMachines 6 -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists*'
    }

    It 'never show credentials' {
        $said = New-NodeProvider pve proxmox -Endpoint https://127.0.0.1:1 -VmIdRange 1250-1300 -Credential $token -VmOption @{ cpu = 'host'; onboot = $true } `
            -NetworkInterface @{ name = 'net0'; model = 'virtio'; bridge = 'vmbr0'; vlanTag = 20 } -Verbose 4>&1
        $provider = $said | Where-Object { $_ -is [NodeManager.NodeProvider] }
        $provider.Secret | Should -Be 'kubenodesmith/pve-credentials'
        $spec = ($provider.Manifest | ConvertFrom-Json).spec.proxmox
        $spec.vmOptions[1].value | Should -BeTrue
        $spec.networkInterfaces[0].vlanTag | Should -Be 20
        $checks = Test-NodeProvider pve
        foreach ($text in ($said | Out-String), ($provider | ConvertTo-Json -Depth 5), ($provider | Format-List * | Out-String), ($checks | Out-String)) {
            $text | Should -Not -Match $secret
        }
    }

    It 'are tested: a failed check has an action, and dependent checks are skipped' {
        $null = New-NodeProvider pve proxmox -Endpoint https://127.0.0.1:1 -Credential $token
        $checks = Test-NodeProvider pve
        $checks.Check | Should -Be 'Settings', 'Secret', 'Reachable', 'Certificate', 'Credentials', 'Permissions', 'Capacity'
        $checks.Status | Should -Be 'Passed', 'Passed', 'Failed', 'Skipped', 'Skipped', 'Skipped', 'Skipped'
        $checks[2].Action | Should -Not -BeNullOrEmpty
        ($checks | Out-String -Width 80 -Stream | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $missing = New-NodeProvider none proxmox -Endpoint https://127.0.0.1:1 -SecretName gone | Test-NodeProvider
        ($missing | Where-Object Status -eq Failed).Check | Should -Be 'Secret'
        { Test-NodeProvider unheard-of -ErrorAction Stop } | Should -Throw -ErrorId 'NodeProviderNotFound*'
    }

    It 'are checked by all rules before the first request' {
        { New-NodeProvider bad proxmox -Endpoint ftp://x -VmIdRange 5-3 -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage '*endpoint must be*upper must be >= lower*'
        { New-NodeProvider bad simulated -Endpoint https://x -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage "*-Endpoint applies to providers of type proxmox or webhook, not of type 'simulated'*"
        Get-NodeProvider | Should -BeNullOrEmpty
    }

    It 'have the parameters of their type, each in a set of its own: <Command>' -ForEach @(
        @{ Command = 'New-NodeProvider'; Sets = 'ClusterApi', 'Common', 'Object', 'Path', 'Proxmox', 'Redfish', 'Simulated', 'Webhook' }
        @{ Command = 'Set-NodeProvider'; Sets = 'ClusterApi', 'Common', 'Object', 'Proxmox', 'Redfish', 'Simulated', 'Webhook' }
    ) {
        $found = (Get-Command $Command).ParameterSets
        $found.Name | Sort-Object | Should -Be $Sets
        ($found | Where-Object IsDefault).Name | Should -Be Common
        $own = @{ Proxmox = 'TemplateId', 'VmIdRange'; Webhook = 'RequestTimeout'; ClusterApi = 'MachineOwner'; Redfish = 'BootTarget', 'System'; Simulated = 'BootDelay', 'MaxMachines' }
        foreach ($set in $found | Where-Object Name -NotIn Object) {
            foreach ($type in $own.Keys) {
                foreach ($name in $own[$type]) { ($name -in $set.Parameters.Name) | Should -Be ($type -eq $set.Name) -Because "$($set.Name) $name" }
            }
        }
    }

    It 'refuse parameters of another type by name, and take a type in any case' {
        { New-NodeProvider bad redfish -MaxMachines 3 -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage "*-MaxMachines applies to providers of type simulated, not of type 'redfish'*"
        { New-NodeProvider bad example.com/cloud -TemplateId 9000 -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage '*-TemplateId applies to providers of type proxmox*'
        { New-NodeProvider bad simulated -SkipCertificateCheck -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage '*-SkipCertificateCheck applies to providers of type proxmox or redfish*'
        { New-NodeProvider bad proxmox -Endpoint https://pve -MaxMachines 3 -ErrorAction Stop } | Should -Throw -ErrorId 'PositionalParameterNotFound*'
        { New-NodeProvider -Name bad -Type proxmox -Endpoint https://pve -MaxMachines 3 -ErrorAction Stop } | Should -Throw -ErrorId 'AmbiguousParameterSet*'
        { New-NodeProvider bad proxmox -TemplateId 9000 -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage '*endpoint*'
        (New-NodeProvider sim Simulated).Type | Should -BeExactly simulated
        { Set-NodeProvider sim -TemplateId 9000 -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage "*-TemplateId applies to providers of type proxmox, not of type 'simulated'*"
        { Get-NodeProvider sim | Set-NodeProvider -BootMode UEFI -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage '*-BootMode applies to providers of type redfish*'
        $null = New-NodeProvider pve proxmox -Endpoint https://127.0.0.1:1 -SecretName here -SkipCertificateCheck
        Set-NodeProvider pve -ManagedTag mine
        ((Get-NodeProvider pve).Manifest | ConvertFrom-Json).spec.proxmox.managedNodeTag | Should -BeExactly mine
    }

    It 'are changed field by field' {
        $null = New-NodeProvider sim simulated -MaxMachines 5
        Set-NodeProvider sim -MaxMachines 6 -WhatIf
        (Get-NodeProvider sim).Target | Should -Be 'up to 5 machines'
        (Get-NodeProvider sim | Set-NodeProvider -MaxMachines 6 -PassThru).Target | Should -Be 'up to 6 machines'
        Set-NodeProvider sim -Zone a | Should -BeNullOrEmpty
        { Set-NodeProvider sim -CpuOvercommit 3 -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*'
        { Set-NodeProvider gone -MaxMachines 1 -ErrorAction Stop } | Should -Throw -ErrorId 'NodeProviderNotFound*'
    }

    It 'are changed although another row of the pipeline is not a provider' {
        $null = New-NodeProvider sim simulated -MaxMachines 5
        $rows = @(Get-NodeProvider sim) + (Get-ClusterNode)[0]
        $changed = $rows + $rows | Set-NodeProvider -MaxMachines 7 -PassThru -ErrorAction SilentlyContinue -ErrorVariable problems
        $changed.Target | Should -Be 'up to 7 machines', 'up to 7 machines'
        $problems.FullyQualifiedErrorId | Should -BeLike 'NodeProviderNotFound*'
        $problems.Count | Should -Be 2
    }

    It 'are copied from their manifest, and read from a file' {
        $null = New-NodeProvider sim simulated -MaxMachines 5
        (Get-NodeProvider sim | New-NodeProvider -Name copy).Target | Should -Be 'up to 5 machines'
        $file = Join-Path $TestDrive 'provider.yaml'
        Set-Content $file "apiVersion: kubenodesmith.parawell.cloud/v1alpha1`nkind: NodeSmithProvider`nmetadata:`n  name: filed`nspec:`n  type: simulated"
        (New-NodeProvider -Path $file).Target | Should -Be 'up to 1000 machines'
        (New-NodeProvider -Manifest (Get-Content $file -Raw) -Name other -MaxMachines 3).Target | Should -Be 'up to 3 machines'
        { Get-NodeProvider other | New-NodeProvider -Name third -BootTarget Hdd -ErrorAction Stop } | Should -Throw -ErrorId 'Invalid*' -ExpectedMessage "*-BootTarget applies to providers of type redfish*"
        Set-Content $file "kind: Pod"
        { New-NodeProvider -Path $file -ErrorAction Stop } | Should -Throw -ErrorId 'ManifestInvalid*'
    }

    It 'are completed by name and by type' {
        $null = New-NodeProvider sim simulated
        (TabExpansion2 'Test-NodeProvider s').CompletionMatches.CompletionText | Should -Be 'sim'
        (TabExpansion2 'New-NodeProvider x -Type ').CompletionMatches.CompletionText | Should -Be 'clusterapi', 'proxmox', 'redfish', 'simulated', 'webhook'
    }

    It 'need no confirmation beyond -Confirm:$false, and are named in the question' {
        $null = New-NodeProvider sim simulated
        Remove-NodeProvider sim -WhatIf
        @(Get-NodeProvider).Count | Should -Be 1
        Remove-NodeProvider sim -Confirm:$false
        { Remove-NodeProvider sim -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'NodeProviderNotFound*'
    }
}

Describe 'Machines' {
    BeforeAll {
        $null = Install-NodeAutoscaler
        $null = New-NodeProvider sim simulated -MaxMachines 3
    }

    AfterEach { Get-Machine | Remove-Machine -Confirm:$false }

    It 'are created once, and become nodes' {
        $machine = New-Machine web-1 sim -CpuCores 4 -Memory 8gb -Label @{ tier = 'web' } -Taint dedicated=web:NoSchedule
        $machine | Should -BeOfType ([NodeManager.Machine])
        $machine.CpuCores, $machine.Memory, $machine.IsManaged | Should -Be 4, 8gb, $true
        (New-Machine web-1 sim -CpuCores 4 -Memory 8gb).ProviderId | Should -Be $machine.ProviderId
        @(Get-Machine).Count | Should -Be 1
        $node = Wait-ClusterNode web-1 -For Ready -Timeout 10m -PassThru
        $node = Get-ClusterNode web-1
        $node.Labels['tier'] | Should -Be 'web'
        "$($node.Taints)" | Should -BeLike '*dedicated=web:NoSchedule*'
    }

    It 'are listed with wildcards, and a missing name is an error' {
        $null = 'a-1', 'a-2', 'b-1' | New-Machine -Provider sim
        (Get-Machine a-*).Name | Should -Be 'a-1', 'a-2'
        (Get-NodeProvider sim | Get-Machine).Count | Should -Be 3
        { Get-Machine zzz -ErrorAction Stop } | Should -Throw -ErrorId 'MachineNotFound*'
        (TabExpansion2 'Remove-Machine b').CompletionMatches.CompletionText | Should -Be 'b-1'
        { New-Machine c-1 sim -ErrorAction Stop } | Should -Throw -ErrorId 'MachineCapacityMissing*'
    }

    It 'are listed although another row of the pipeline is not a provider' {
        $null = New-Machine a-1 sim
        $rows = @(Get-ClusterNode)[0], (Get-NodeProvider sim)
        ($rows | Get-Machine -ErrorAction SilentlyContinue -ErrorVariable problems).Name | Should -Be 'a-1'
        $problems.FullyQualifiedErrorId | Should -BeLike 'NodeProviderNotFound*'
    }

    It 'are removed by exact names only' {
        $null = New-Machine a-1 sim
        Get-Machine | Remove-Machine -WhatIf
        { Remove-Machine a-* sim -Confirm:$false } | Should -Throw -ErrorId 'Invalid*'
        @(Get-Machine).Count | Should -Be 1
        $machine = Get-Machine
        Remove-Machine a-1 sim -Confirm:$false
        Get-Machine | Should -BeNullOrEmpty
        # It is gone: done.
        $machine | Remove-Machine -Confirm:$false -ErrorAction Stop
        { Remove-Machine a-1 sim -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'MachineNotFound*'
    }

    It 'report the missing provider' {
        { New-Machine a-1 gone -ErrorAction Stop } | Should -Throw -ErrorId 'NodeProviderNotFound*'
        { Get-Machine -Provider gone -ErrorAction Stop } | Should -Throw -ErrorId 'NodeProviderNotFound*'
    }
}

Describe 'A third-party provider' {
    BeforeAll {
        $null = Install-NodeAutoscaler
        $assembly = Get-ChildItem "$PSScriptRoot/../NodeManager.SampleProvider/bin" -Recurse -Filter NodeManager.SampleProvider.dll | Sort-Object LastWriteTime | Select-Object -Last 1
    }

    It 'is loaded next to the module, and creates machines' -Skip:(-not (Test-Path "$PSScriptRoot/../NodeManager.SampleProvider/bin")) {
        Register-NodeProvider $assembly -PassThru | Should -Be 'example.com/folder'
        Register-NodeProvider $assembly.FullName
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive machines)).FullName
        $null = New-NodeProvider files example.com/folder -AdditionalSetting @{ folder = @{ path = $folder } } -Credential $token
        (Test-NodeProvider files).Status | Select-Object -Unique | Should -Be 'Passed'
        $machine = New-Machine one files -CpuCores 2 -Memory 4gb
        (Get-Machine -Provider files).ProviderId | Should -Be 'folder://one'
        Get-Content (Join-Path $folder one) -Raw | Should -Not -Match $secret
        $machine | Remove-Machine -Confirm:$false
        Get-ChildItem $folder | Should -BeNullOrEmpty
    }

    It 'is refused if the file contains none' {
        { Register-NodeProvider "$PSScriptRoot/../../NodeManager.psd1" -ErrorAction Stop } | Should -Throw -ErrorId 'ProviderAssemblyInvalid*'
        { Register-NodeProvider "$PSScriptRoot/none.dll" -ErrorAction Stop } | Should -Throw -ErrorId 'ProviderAssemblyInvalid*'
    }
}
