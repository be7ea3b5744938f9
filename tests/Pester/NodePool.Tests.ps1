BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox -SandboxSpeed 30
    $PSDefaultParameterValues = @{ 'Wait-NodePool:Timeout' = '30m' }
    $machines = New-NodePoolPlatform gcp n1-standard-4 -DiskSizeGB 100 -DiskType pd-ssd -Zone us-central1-a, us-central1-b

    . "$PSScriptRoot/Api.ps1"

    function IdOf([scriptblock] $Script) {
        try { & $Script } catch { return $_.FullyQualifiedErrorId -replace ',.*' }
    }
}

AfterAll { Get-NodeManagerSession | Disconnect-NodeManager }

Describe 'Reading pools' {
    It 'lists the pools of existing nodes' {
        (Get-NodePool).Name | Should -Be 'gpu', 'memory', 'worker'
        (Get-NodePool memory).Spec.NodeCount | Should -Be (Get-ClusterNode -Pool memory).Count
    }

    It 'reads status only on request' {
        (Get-NodePool gpu).Phase | Should -BeExactly ''
        (Get-NodePool gpu -IncludeStatus).Phase | Should -BeExactly 'Ready'
        (Get-NodePool -Health Degraded).Name | Should -Be 'worker'
        (Get-NodePool -Status Ready).Name | Should -Be 'gpu', 'memory'
    }

    It 'selects by name, id, wildcard, node, and deserialized object' {
        $pool = Get-NodePool memory
        (Get-NodePool -Id $pool.Id).Name | Should -Be 'memory'
        (Get-NodePool *e*).Name | Should -Be 'memory', 'worker'
        (Get-ClusterNode -Pool gpu | Get-NodePool).Name | Should -Be 'gpu'
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($pool))
        ($copy | Get-NodePool).Id | Should -Be $pool.Id
        ($copy | Get-ClusterNode).Name | Should -Be ($pool | Get-ClusterNode).Name
    }

    It 'selects its nodes in cmdlets that read, wait and change' {
        $pool, $names = (Get-NodePool memory), (Get-ClusterNode -Pool memory).Name
        ($pool | Get-ClusterNode).Name | Should -Be $names
        ($pool | Get-NodePod).NodeName | Sort-Object -Unique | Should -Be $names
        ($pool | Get-NodeUsage).Node | Sort-Object | Should -Be $names
        ($pool | Test-NodeHealth).Name | Sort-Object | Should -Be $names
        ($pool | Wait-ClusterNode -For Ready -Timeout 10s -PassThru).Name | Sort-Object | Should -Be $names
        ($pool | Set-NodeLabel pool.example.com/all=yes -PassThru).Name | Sort-Object | Should -Be $names
        ($pool | Remove-NodeLabel -Key pool.example.com/all -PassThru).Name | Sort-Object | Should -Be $names
    }

    It 'reports a missing name, but not a wildcard without a match' {
        IdOf { Get-NodePool none -ErrorAction Stop } | Should -Be 'NodePoolNotFound'
        Get-NodePool none-* -ErrorAction Stop | Should -BeNullOrEmpty
        'none' | Get-NodePoolStatus -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'works in several sessions' {
        $other = Connect-NodeManager -Sandbox -SandboxNodes 6
        (Get-NodePool -Session $session, $other | Group-Object Cluster).Count | Should -Be 2
        # The second session is current, and the object goes to its own.
        (Get-NodePool gpu -Session $session | Get-NodePoolStatus).Cluster | Should -Be $session.Cluster
        $other | Disconnect-NodeManager
        Select-NodeManagerSession $session
    }

    It 'completes names' {
        (TabExpansion2 'Get-NodePool mem' 16).CompletionMatches.CompletionText | Should -Be 'memory'
        (TabExpansion2 'Wait-NodePool gpu -For Del' 26).CompletionMatches.CompletionText | Should -Be 'Deleted'
        (TabExpansion2 'Get-ClusterNode -Pool gp' 24).CompletionMatches.CompletionText | Should -Be 'gpu'
    }
}

Describe 'The life cycle of a pool' {
    It 'creates nodes, which are found by the pool' {
        $pool = New-NodePool web -Platform $machines -NodeCount 2
        $pool | Should -BeOfType NodeManager.NodePool
        $ready = $pool | Wait-NodePool -PassThru
        $ready.Phase, $ready.Status.ActiveNodes | Should -Be 'Ready', 2
        $nodes = Get-ClusterNode -Pool web
        $nodes.Count | Should -Be 2
        ($pool | Get-ClusterNode).Name | Should -Be $nodes.Name
        $nodes.InstanceType | Should -Be 'n1-standard-4', 'n1-standard-4'
        $nodes.Zone | Sort-Object | Should -Be 'us-central1-a', 'us-central1-b'
    }

    It 'reports progress while it is waited for' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript({
                param($Root, $Session)
                Import-Module "$Root/NodeManager.psd1"
                New-NodePool slow -Platform (New-NodePoolPlatform gcp n1-standard-4) -NodeCount 1 -Session $Session | Wait-NodePool
                Remove-NodePool slow -Confirm:$false -Session $Session
            }).AddArgument($root).AddArgument($session).Invoke()
            $told = @($shell.Streams.Progress | Where-Object Activity -EQ 'Waiting for node pool slow: Ready')
            $told[0].StatusDescription | Should -Match '^\w+, \w+; generation \d of 1 observed'
            $told[-1].RecordType | Should -Be Completed
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally { $shell.Dispose() }
    }

    It 'changes only the named fields' {
        Set-NodePool web -Label @{ team = 'shop'; tier = 'b' } -Spot $true
        $changed = Set-NodePool web -Label @{ tier = $null } -PassThru
        $changed.Spec.Platform.Labels.Keys | Should -Be 'team'
        $changed.Spec.Platform.Spot, $changed.Spec.Platform.DiskSizeGB, $changed.Spec.NodeCount | Should -Be $true, 100, 2
        Set-NodePool web -Patch @{ management = @{ autoRepair = $true } } -WarningAction Ignore
        (Set-NodePool web -DiskSizeGB 200 -PassThru).Spec.Json | Should -Match '"management":\{"autoRepair":true\}'
    }

    It 'refuses an object that another client has changed since' {
        $pool = Get-NodePool web
        Set-NodePool web -DiskSizeGB 210
        IdOf { $pool | Set-NodePool -DiskSizeGB 220 -ErrorAction Stop } | Should -Be 'Conflict'
        # A number holds whatever else has changed.
        ($pool | Resize-NodePool -NodeCount 1 -PassThru).Spec.NodeCount | Should -Be 1
    }

    It 'keeps the nodes of a renamed pool' {
        Wait-NodePool web
        Set-NodePool web -NewName shop
        $pool = Get-NodePool shop | Wait-NodePool -PassThru
        ($pool | Get-ClusterNode).Count | Should -Be 1
        for ($try = 0; $try -lt 100 -and -not (Get-ClusterNode -Pool shop); $try++) { Start-Sleep -Milliseconds 100 }
        (Get-ClusterNode -Pool shop).Name | Should -Be ($pool | Get-ClusterNode).Name
    }

    It 'is maintained as a whole' {
        $results = Get-NodePool shop | Invoke-NodeMaintenance -ScriptBlock { } -Confirm:$false
        $results.Status | Should -Be 'Completed'
        (Get-NodePool shop | Get-NodeDrainPlan).Node | Should -Be (Get-ClusterNode -Pool shop).Name
    }

    It 'is deleted with its nodes' {
        Remove-NodePool shop -Confirm:$false
        Wait-NodePool shop -For Deleted
        Get-NodePool shop* | Should -BeNullOrEmpty
        for ($try = 0; $try -lt 100 -and (Get-ClusterNode -Pool shop); $try++) { Start-Sleep -Milliseconds 100 }
        Get-ClusterNode -Pool shop | Should -BeNullOrEmpty
    }
}

Describe 'Creating pools' {
    AfterEach { Get-NodePool new* | Remove-NodePool -Confirm:$false }

    It 'accepts a hashtable, JSON, YAML and an object: <Kind>' -ForEach @(
        @{ Kind = 'hashtable'; Spec = @{ platform = @{ type = 'aws'; aws = @{ instanceType = 'm5.xlarge' } }; nodeCount = 0 } }
        @{ Kind = 'JSON'; Spec = '{"name":"new","spec":{"platform":{"type":"aws","aws":{"instanceType":"m5.xlarge"}},"nodeCount":0}}' }
        @{ Kind = 'YAML'; Spec = "platform: { type: aws, aws: { instanceType: m5.xlarge } }`nnodeCount: 0" }
        @{ Kind = 'object'; Spec = ('{"platform":{"type":"aws","aws":{"instanceType":"m5.xlarge"}},"nodeCount":0}' | ConvertFrom-Json) }
    ) {
        $pool = New-NodePool new -Spec $Spec
        $pool.Name, $pool.Spec.Platform.MachineType, $pool.Spec.NodeCount | Should -Be 'new', 'm5.xlarge', 0
    }

    It 'accepts files, and another pool as a template' {
        "name: new-a`nspec: { platform: { type: gcp, gcp: { machineType: e2-small } }, nodeCount: 0 }" | Set-Content $TestDrive/a.yaml
        '{ "name": "new-b", "spec": { "platform": { "type": "gcp" }, "nodeCount": 0 } }' | Set-Content $TestDrive/b.json
        (Get-ChildItem $TestDrive | New-NodePool -WarningAction Ignore).Name | Sort-Object | Should -Be 'new-a', 'new-b'
        (Get-NodePool new-a | New-NodePool new-c).Spec.Json | Should -Be (Get-NodePool new-a).Spec.Json
        (New-NodePool -Path "$TestDrive/a.*" -Name new-d -NodeCount 0).Name | Should -Be 'new-d'
    }

    It 'refuses before the first request: <Id>' -ForEach @(
        @{ Id = 'NodePoolExists'; Arguments = @{ Name = 'gpu'; Spec = '{"platform":{"type":"aws"},"nodeCount":1}' } }
        @{ Id = 'NodePoolInvalid'; Arguments = @{ Name = 'New'; Spec = '{"platform":{"type":"aws"},"nodeCount":1}' } }
        @{ Id = 'NodePoolInvalid'; Arguments = @{ Name = 'new'; Spec = '{"platform":{"type":"gcp","gcp":{"zones":["us-central1-a","europe-west1-b"]}}}' } }
        @{ Id = 'NodePoolInvalid'; Arguments = @{ Name = 'new'; Spec = '{ "platform": ' } }
        @{ Id = 'NodePoolInvalid'; Arguments = @{ Name = 'new'; Spec = @{ platform = @{ type = 'gcp' } }; EnableAutoscaling = $true; MinNodes = 5; MaxNodes = 2 } }
        @{ Id = 'NodePoolFieldUnsupported'; Arguments = @{ Name = 'new'; Spec = '{"platform":{"type":"gcp"},"nodeCount":0}'; DrainTimeout = '10m' } }
        @{ Id = 'PoolClusterNotFound'; Arguments = @{ Name = 'new'; Cluster = 'other'; Spec = '{"platform":{"type":"gcp"},"nodeCount":0}' } }
    ) {
        IdOf { New-NodePool @Arguments -ErrorAction Stop -WarningAction Ignore } | Should -Be $Id
        Get-NodePool new* | Should -BeNullOrEmpty
    }

    It 'warns about a node count with autoscaling' {
        $null = New-NodePool new -Spec '{"platform":{"type":"gcp","gcp":{"machineType":"e2-small"}},"nodeCount":1,"autoscaling":{"enabled":true,"minNodes":0,"maxNodes":2}}' -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -Match 'autoscaling is enabled'
    }

    It 'sends nothing with -WhatIf' {
        $plan = New-NodePool new -Platform $machines -NodeCount 3 -WhatIf
        $plan.Action, $plan.Effect, $plan.DesiredNodes | Should -Be 'Create', 'AddsNodes', 3
        Get-NodePool new* | Should -BeNullOrEmpty
    }
}

Describe 'The output of -WhatIf' {
    It 'names nodes, pods and the blocking PDB, and changes nothing' {
        $plan = Resize-NodePool worker 3 -WhatIf
        $plan.Effect, $plan.IsCertain, $plan.Nodes.Count, $plan.MovingPods | Should -Be 'RemovesNodes', $true, 2, 9
        $plan.BlockingBudgets.Name | Should -Be 'ledger'
        (Get-NodePool worker).Spec.NodeCount | Should -Be 5
    }

    It 'judges each field' {
        $plan = Set-NodePool memory -MachineType r6i.4xlarge -TargetCpuUtilization 60 -WhatIf
        ($plan.Fields | Where-Object Field -Like '*instanceType').Effect | Should -Be 'RollsNodes'
        ($plan.Fields | Where-Object Field -Like '*targetCPU*').Effect | Should -Be 'InPlace'
        (Set-NodePool memory -MachineType r6i.2xlarge -WhatIf).Summary | Should -Be 'nothing to change'
    }

    It 'reports Unknown for decisions of a foreign service' {
        $server = Connect-NodeManager -Sandbox -SandboxPort 0
        $token = Read-Kubeconfig (Get-Content $server.KubeconfigPath -Raw) token | ConvertTo-SecureString -AsPlainText
        $foreign = Connect-NodeManager -Kubeconfig $server.KubeconfigPath -PoolService @{ Uri = "$($server.Server)api/v1"; User = 'me@example.com'; Token = $token; SkipCertificateCheck = $true }
        $plan = Set-NodePool memory -MachineType r6i.4xlarge -NodeCount 1 -WhatIf
        $plan.IsCertain, $plan.Effect, $plan.Pods, $plan.BlockingBudgets | Should -Be $false, 'Unknown', $null, $null
        ($plan.Fields | Where-Object Field -EQ 'spec.nodeCount').Effect | Should -Be 'RemovesNodes'
        (Get-NodePool).CreatedBy | Select-Object -Unique | Should -Be 'sandbox@example.com'
        (New-NodePool mine -Spec '{"platform":{"type":"gcp"},"nodeCount":0}' -WarningAction Ignore).CreatedBy | Should -Be 'me@example.com'
        $foreign, $server | Disconnect-NodeManager
        Select-NodeManagerSession $session
    }
}

Describe 'Status for controllers' {
    It 'is reported and read back' {
        $status = Set-NodePoolStatus gpu inventory -Condition Ready=True, @{ Type = 'Degraded'; Status = 'True'; Reason = 'Slow'; Message = 'one is slow' } -Metadata @{ rack = 'r12' } -PassThru
        $own = $status.Controllers | Where-Object Name -EQ inventory
        $own.Metadata['rack'], $own.ObservedGeneration, $status.Health | Should -Be 'r12', 1, 'Degraded'
        $since = $own.Conditions[0].LastTransitionTime
        $again = Set-NodePoolStatus gpu inventory -Condition Ready=True -PassThru
        ($again.Controllers | Where-Object Name -EQ inventory).Conditions[0].LastTransitionTime | Should -Be $since
        IdOf { Set-NodePoolStatus gpu inventory -Condition Ready=Maybe -ErrorAction Stop } | Should -Be 'InvalidCondition'
    }
}

Describe 'The pool service of a session' {
    It 'is refused if invalid: <Why>' -ForEach @(
        @{ Why = 'no user'; Service = @{ Uri = 'https://pools.example.com' } }
        @{ Why = 'not https with a token'; Service = @{ Uri = 'http://pools.example.com'; User = 'me@example.com'; Token = (ConvertTo-SecureString x -AsPlainText) } }
        @{ Why = 'no authorities'; Service = @{ Uri = 'https://pools.example.com'; User = 'me@example.com'; CertificateAuthorityPath = 'none.pem' } }
    ) {
        IdOf { Set-NodeManagerConfiguration -PoolService $Service -ErrorAction Stop } | Should -Be 'PoolServiceInvalid'
        IdOf { Connect-NodeManager -Sandbox -PoolService $Service -ErrorAction Stop } | Should -Be 'PoolServiceInvalid'
    }

    It 'accepts no plain token and no unknown property' {
        { Set-NodeManagerConfiguration -PoolService @{ Uri = 'https://a.example'; User = 'me@example.com'; Token = 'x' } } | Should -Throw '*SecureString*'
        { Set-NodeManagerConfiguration -PoolService @{ Uri = 'https://a.example'; Users = 'me@example.com' } } | Should -Throw "*'Users' is not a property*"
        IdOf { Set-NodeManagerConfiguration -PoolService @{ Uri = 'https://a.example'; User = 'me@example.com' } -Scope User -ErrorAction Stop } | Should -Be 'ConfigurationValueInvalid'
    }

    It 'shows no token' {
        $service = @{ Uri = 'https://pools.example.com'; Credential = [pscredential]::new('me@example.com', (ConvertTo-SecureString 'top-secret' -AsPlainText)) }
        $configuration = Set-NodeManagerConfiguration -PoolService $service -PassThru
        $configuration.PoolService.User | Should -Be 'me@example.com'
        $text = ($configuration | ConvertTo-Json -Depth 5), ($configuration | Format-List * | Out-String), [Management.Automation.PSSerializer]::Serialize($configuration, 5) -join ''
        $text | Should -Not -Match 'top-secret'
        Set-NodeManagerConfiguration -PoolService $null
        (Get-NodePool).Count | Should -BeGreaterThan 0
    }
}

Describe 'Offline checks' {
    It 'report an invalid field without a session: <Field>' -ForEach @(
        @{ Field = 'spec.platform.gcp.diskSize'; Severity = 'Error'; Spec = '{"platform":{"type":"gcp","gcp":{"diskSize":5}},"nodeCount":1}' }
        @{ Field = 'spec.platform.aws.volumeType'; Severity = 'Error'; Spec = '{"platform":{"type":"aws","aws":{"volumeType":"pd-ssd"}},"nodeCount":1}' }
        @{ Field = 'spec.platform.gcp.taints[0].effect'; Severity = 'Error'; Spec = '{"platform":{"type":"gcp","gcp":{"taints":[{"key":"a","effect":"Never"}]}},"nodeCount":1}' }
        @{ Field = 'spec.nodeCount'; Severity = 'Error'; Spec = '{"platform":{"type":"gcp","gcp":{}},"nodeCount":9,"autoscaling":{"enabled":true,"minNodes":1,"maxNodes":5}}' }
        @{ Field = 'spec.nodeCount'; Severity = 'Warning'; Spec = '{"platform":{"type":"gcp","gcp":{}},"nodeCount":3,"autoscaling":{"enabled":true,"minNodes":1,"maxNodes":5}}' }
    ) {
        $result = Test-NodePool $Spec
        $result.Findings | Where-Object { $_.Field -eq $Field -and $_.Severity -eq $Severity } | Should -Not -BeNullOrEmpty
        $result.IsValid | Should -Be ($Severity -eq 'Warning')
    }

    It 'accept platforms, pools and files' {
        ($machines | Test-NodePool).IsValid | Should -BeTrue
        (Get-NodePool | Test-NodePool).Count | Should -BeGreaterThan 2
        Set-Content $TestDrive/bad.yaml 'nothing: here'
        IdOf { Test-NodePool -Path $TestDrive/bad.yaml -ErrorAction Stop } | Should -Be 'NodePoolInvalid'
    }

    It 'refuse a field that the platform does not have' {
        IdOf { New-NodePoolPlatform aws m5.xlarge -Label @{ a = 'b' } } | Should -Be 'NodePoolFieldUnsupported'
        IdOf { Set-NodePool gpu -Taint 'a=b:NoSchedule' -ErrorAction Stop } | Should -Be 'NodePoolFieldUnsupported'
    }
}

Describe 'A process that dies while it creates pools' {
    It 'duplicates none, and the next run creates the rest' {
        $kills = [int] ($env:NODEMANAGER_POOL_KILLS ?? 5)
        $server = Connect-NodeManager -Sandbox -SandboxNodes 0 -SandboxPort 0
        $token = [regex]::Match((Get-Content $server.KubeconfigPath -Raw), 'token"?: "?([^\s",]+)').Groups[1].Value
        Set-Content $TestDrive/token $token
        Set-Content $TestDrive/create.ps1 @"
Import-Module '$root/NodeManager.psd1'
`$null = Connect-NodeManager -Kubeconfig '$($server.KubeconfigPath)' -PoolService @{ Uri = '$($server.Server)api/v1'; User = 'me@example.com'; TokenPath = '$TestDrive/token'; SkipCertificateCheck = `$true }
'ready'
foreach (`$number in 1..1000) {
    try { `$null = New-NodePool "kill-`$number" -Spec '{"platform":{"type":"gcp","gcp":{"machineType":"e2-small"}},"nodeCount":0}' -ErrorAction Stop }
    catch [NodeManager.NodeManagerException] { if (`$_.Exception.ErrorId -ne 'NodePoolExists') { throw } }
    "kill-`$number"
}
"@
        $random = [random]::new(1)
        $counts = @(0)
        foreach ($kill in 1..$kills) {
            $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath, [string[]] @('-NoProfile', '-File', "$TestDrive/create.ps1"))
            $start.RedirectStandardOutput = $true
            $process = [Diagnostics.Process]::Start($start)
            $process.StandardOutput.ReadLine() | Should -Be 'ready'
            # After some pools, at any moment of the next one's creation.
            foreach ($pool in 1..($random.Next(1, 8) + $counts[-1])) { $process.StandardOutput.ReadLine() | Should -Be "kill-$pool" }
            Start-Sleep -Milliseconds $random.Next(0, 30)
            $process.Kill()
            $process.WaitForExit()
            $counts += @(Get-NodePool -Session $server).Count
        }
        $pools = Get-NodePool -Session $server
        ($pools | Group-Object Name | Where-Object Count -GT 1) | Should -BeNullOrEmpty
        # They did die in the middle, and each went on from there.
        $counts[-1] | Should -BeGreaterOrEqual $kills
        $counts | Should -Be ($counts | Sort-Object)
        $server | Disconnect-NodeManager
        Select-NodeManagerSession $session
    }
}

Describe 'A pool of existing nodes with devices' {
    It 'gives the nodes that it adds the devices of the others' {
        $own = Connect-NodeManager -Sandbox -SandboxSpeed 30
        $before = @(Get-ClusterNode -Pool gpu)
        Get-NodePool gpu | Resize-NodePool ($before.Count + 1) -Confirm:$false
        Wait-NodePool gpu Ready
        $after = @(Get-ClusterNode -Pool gpu)
        $after.Count | Should -Be ($before.Count + 1)
        $gpus = $after | ForEach-Object { $_.Allocatable.Extended['nvidia.com/gpu'] } | Select-Object -Unique
        $gpus | Should -HaveCount 1
        $gpus | Should -BeGreaterThan 0
        $own | Disconnect-NodeManager
    }
}
