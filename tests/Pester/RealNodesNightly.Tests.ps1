#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# What takes minutes on real kubelets: kubelets that are dead, disks that are full, repairs, commands, and an API server that restarts.
# tests/README.md names the variables.
BeforeDiscovery {
    $isThere = $env:NODEMANAGER_REAL_KUBECONFIG -and $env:NODEMANAGER_REAL_NIGHTLY -eq '1'
    $hasKubelet = $isThere -and $env:NODEMANAGER_REAL_KUBELET
    $hasKubectl = $isThere -and (Get-Command kubectl -CommandType Application -ErrorAction Ignore)
    $hasRuntime = $isThere -and $env:NODEMANAGER_REAL_RUNTIME
    $hasManifests = $isThere -and $env:NODEMANAGER_REAL_MANIFESTS
    $hasPressure = $isThere -and $env:NODEMANAGER_REAL_PRESSURE
    $hasServer = $isThere -and $env:NODEMANAGER_REAL_API
    $hasCommands = $isThere -and $env:NODEMANAGER_REAL_COMMAND_NODE -and $env:NODEMANAGER_REAL_COMMAND_IMAGE
    $hasLogs = $isThere -and $env:NODEMANAGER_REAL_LOG
    if (-not $isThere) { Write-Host 'Skipped: NODEMANAGER_REAL_NIGHTLY is not 1, or NODEMANAGER_REAL_KUBECONFIG names no cluster with real nodes.' }
}

Describe 'Real kubelets, nightly' -Tag Nightly -Skip:(-not $isThere) {
    BeforeAll { . "$PSScriptRoot/RealNodes.ps1" }

    AfterAll { Remove-Layout }

    # First: a node that was not ready three times within an hour is Flapping, and stays so for a quarter of an hour.
    It 'repairs a node whose kubelet is dead, and returns it when it is back' -Skip:(-not $hasKubelet) {
        Reset-Layout
        $node = $names[1]
        $policy = @{ Action = 'Drain'; UnhealthyFor = 0; CoolDown = 0; MinHealthy = 1; DeleteEmptyDirData = $true }
        Set-Kubelet stop $node
        try {
            $null = Wait-ClusterNode $node -For NotReady -Timeout 3m
            (Repair-ClusterNode $node @policy -WhatIf).Status | Should -Be Planned
            $job = Repair-ClusterNode $node @policy -AsJob
            Wait-Until 'the cordon' { (Get-ClusterNode $node).Unschedulable }
            Set-Kubelet start $node
            Wait-Until 'the result' { @($job.Output).Status -contains 'Recovered' } 180
            (Get-ClusterNode $node).Unschedulable | Should -BeFalse
        }
        finally { if ($job) { Stop-Job $job }; Set-Kubelet start $node }
        (Get-NodeEvent $node).Reason -match 'Repair' | Should -Not -BeNullOrEmpty
    }

    It 'plans the resources that real kubelets report, from the settings of each' {
        $api = '/apis/kubenodesmith.parawell.cloud/v1alpha1/namespaces/kubenodesmith'
        $add = { param($Kind, $Name, $Spec)
            $null = Send POST "$api/$($Kind.ToLowerInvariant())s" (@{ apiVersion = 'kubenodesmith.parawell.cloud/v1alpha1'; kind = $Kind; metadata = @{ name = $Name }; spec = $Spec } | ConvertTo-Json -Depth 20)
        }
        # Bytes, of a quantity or of a percentage of a whole.
        $bytes = { param($Text, $Of)
            if ("$Text" -match '^(\d+)%$') { [long]$Of * $Matches[1] / 100 }
            elseif ("$Text" -match '^(\d+)(Ki|Mi|Gi)?$') { [long]$Matches[1] * @{ '' = 1; Ki = 1kb; Mi = 1mb; Gi = 1gb }["$($Matches[2])"] }
            else { 0 }
        }
        $milli = { param($Text) if ("$Text" -match '^(\d+)m$') { [int]$Matches[1] } else { [int](1000 * [double]"0$Text") } }
        $files = Get-ChildItem "$root/deploy/crds/nodesmith*.yaml"
        foreach ($file in $files) { $null = Send POST '/apis/apiextensions.k8s.io/v1/customresourcedefinitions' (Get-Content $file -Raw) }
        try {
            $null = Send POST '/api/v1/namespaces' @{ apiVersion = 'v1'; kind = 'Namespace'; metadata = @{ name = 'kubenodesmith' } }
            Wait-Until 'the definitions' { try { Send GET "$api/nodesmithclaims"; Send GET "$api/nodesmithpools"; Send GET "$api/nodesmithproviders"; Send GET "$api/nodesmithcontrolplanes"; $true } catch { $false } }
            & $add NodeSmithProvider sim @{ type = 'simulated' }
            $shapes = foreach ($node in $names) {
                $config = (Send GET "/api/v1/nodes/$node/proxy/configz").kubeletconfig
                $capacity = (Send GET "/api/v1/nodes/$node").status.capacity
                $memory = & $bytes $capacity.memory
                $disk = & $bytes $capacity.'ephemeral-storage'
                @{
                    name = $node
                    cpuCores = [int]$capacity.cpu
                    memoryMiB = [long][math]::Floor($memory / 1mb)
                    resources = @{ pods = "$($config.maxPods)"; 'ephemeral-storage' = "$disk" }
                    systemReserved = @{
                        cpuMillicores = (& $milli $config.systemReserved.cpu) + (& $milli $config.kubeReserved.cpu)
                        memoryMiB = [int](((& $bytes $config.systemReserved.memory) + (& $bytes $config.kubeReserved.memory) + (& $bytes $config.evictionHard.'memory.available' $memory)) / 1mb)
                        resources = @{ 'ephemeral-storage' = "$([long](& $bytes $config.evictionHard.'nodefs.available' $disk))" }
                    }
                }
            }
            $since = [datetime]::UtcNow.AddMinutes(-5).ToString('yyyy-MM-ddTHH:mm:ssZ')
            & $add NodeSmithPool real @{ providerRef = 'sim'; limits = @{ minNodes = 0; maxNodes = 9; cpuCores = 0; memoryMiB = 0 }; machineTemplate = @{ shapes = @($shapes) } }
            & $add NodeSmithControlPlane plane @{ pools = @('real') }
            foreach ($shape in $shapes) {
                & $add NodeSmithClaim $shape.name @{ poolRef = 'real'; shape = $shape.name; requirements = @{ cpuCores = $shape.cpuCores; memoryMiB = $shape.memoryMiB } }
                $conditions = foreach ($type in 'Launched', 'Registered', 'Initialized', 'Ready') { @{ type = $type; status = 'True'; reason = 'Tested'; message = 'A test.'; lastTransitionTime = $since } }
                $null = Send PATCH "$api/nodesmithclaims/$($shape.name)/status" (@{ status = @{ nodeName = $shape.name; conditions = @($conditions) } } | ConvertTo-Json -Depth 9) 'application/merge-patch+json'
            }
            $observed = @((Get-NodeScalePlan -Namespace kubenodesmith).Pools.Observed)
            $observed.Count | Should -Be $names.Count
            foreach ($size in $observed) {
                Write-Host "    $($size.Node): planned $($size.Planned) reported $($size.Reported)"
                $size.Reported['cpu'] | Should -Be $size.Planned['cpu']
                $size.Reported['pods'] | Should -Be $size.Planned['pods']
                foreach ($name in 'memory', 'ephemeral-storage') { [math]::Abs($size.Reported[$name] - $size.Planned[$name]) | Should -BeLessOrEqual 1mb -Because "$name of $($size.Node)" }
            }
        }
        finally {
            $null = Send DELETE '/api/v1/namespaces/kubenodesmith'
            foreach ($file in $files) { $null = Send DELETE "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/$([regex]::Match((Get-Content $file -Raw), '(?m)^  name: (\S+)').Groups[1].Value)" }
        }
    }

    It 'evicts the same pods as kubectl on the same layout, and is not slower' -Skip:(-not $hasKubectl) {
        $node = $names[0]
        $times = @{}
        foreach ($who in 'ours', 'kubectl') {
            Reset-Layout
            $before = @(Get-Pod | Where-Object { $_.spec.nodeName -eq $node -and $_.metadata.labels.app -notin 'single', 'stubborn' })
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $seen = Measure-Availability web {
                if ($who -eq 'ours') { Invoke-NodeDrain $node -PodSelector 'app notin (single,stubborn)' -DeleteEmptyDirData -Timeout 2m }
                else { kubectl --kubeconfig $kubeconfigPath drain $node --pod-selector 'app notin (single,stubborn)' --ignore-daemonsets --delete-emptydir-data --timeout 2m 2>&1 }
            }
            $times[$who] = $watch.Elapsed.TotalSeconds
            $seen.Http | Should -BeGreaterOrEqual 5
            $left = (Get-Pod).metadata.uid
            # The scheduler places a StatefulSet's two pods elsewhere the second time.
            $evicted = @($before | Where-Object { $_.metadata.uid -notin $left } | ForEach-Object { $_.metadata.labels.app } | Sort-Object)
            $evicted | Should -Be @($before.metadata.labels.app | Where-Object { $_ -ne 'agent' } | Sort-Object) -Because "$who drained it"
        }
        Write-Host "    the same node: $([math]::Round($times.ours, 1)) s, kubectl $([math]::Round($times.kubectl, 1)) s"
        $times.ours | Should -BeLessOrEqual ($times.kubectl + 2)
    }

    It 'keeps a workload without a PDB available while two nodes are drained' {
        Reset-Layout
        $seen = Measure-Availability free { Invoke-NodeDrain $names[0], $names[1] -PodSelector app=free -Timeout 3m }
        $seen.Output.Status | Should -Be Drained, Drained
        $seen.Api | Should -BeGreaterOrEqual 5
        $seen.Http | Should -BeGreaterOrEqual 5
    }

    It 'waits for a Job, and leaves a static pod alone' -Skip:(-not $hasManifests) {
        Reset-Layout
        $node = $names[0]
        $manifest = Join-Path ($env:NODEMANAGER_REAL_MANIFESTS -f $node) 'nm-real.json'
        @{ apiVersion = 'v1'; kind = 'Pod'; metadata = @{ name = 'fixed'; namespace = $ns }; spec = @{ containers = @(@{ name = 'main'; image = $image; imagePullPolicy = 'IfNotPresent'; command = @('/bin/sleep', '100000') }) } } |
            ConvertTo-Json -Depth 9 | Set-Content $manifest
        try {
            $null = Send POST "/apis/batch/v1/namespaces/$ns/jobs" (@{ apiVersion = 'batch/v1'; kind = 'Job'; metadata = @{ name = 'work' }; spec = @{ template = @{ metadata = @{ labels = @{ part = 'work' } }; spec = @{ restartPolicy = 'Never'; nodeName = $node; containers = @(@{ name = 'main'; image = $image; imagePullPolicy = 'IfNotPresent'; command = @('/bin/sleep', '8') }) } } } } | ConvertTo-Json -Depth 9)
            Wait-Until 'the static pod and the Job' { @(Get-NodePod $node -Namespace $ns | Where-Object { $_.Name -match '^(fixed|work)-' -and $_.Status -eq 'Running' }).Count -eq 2 }
            $result = Invoke-NodeDrain $node -PodSelector 'app notin (single,stubborn)' -DeleteEmptyDirData -WaitForJob 1m -Timeout 2m
            $result.Status | Should -Be Drained
            ($result.Pods | Where-Object Name -Like 'fixed-*').Outcome | Should -Be Skipped
            (Send GET "/apis/batch/v1/namespaces/$ns/jobs/work").status.succeeded | Should -Be 1
            (Get-NodePod $node -Namespace $ns | Where-Object Name -Like 'fixed-*').Status | Should -Be Running
        }
        finally { Remove-Item $manifest }
    }

    It 'does not complete a node whose kubelet the script kills' -Skip:(-not $hasKubelet) {
        Reset-Layout
        $node = $names[0]
        $run = Invoke-NodeMaintenance $node -ScriptBlock { & $env:NODEMANAGER_REAL_KUBELET stop $_.Name } -PodSelector app=free -WaitReadyTimeout 12s -PassThru -ErrorAction SilentlyContinue
        $run.Status | Should -Not -Be Completed
        (Get-ClusterNode $node).Unschedulable | Should -BeTrue
        Set-Kubelet start $node
        $null = Wait-ClusterNode $node -For Ready -Timeout 1m
    }

    It 'refuses to promise the end of a drain while the kubelet is dead, and continues when it is back' -Skip:(-not $hasKubelet) {
        Reset-Layout
        $node = $names[1]
        Set-Kubelet stop $node
        $null = Wait-ClusterNode $node -For NotReady -Timeout 3m
        $plan = Get-NodeDrainPlan $node -PodSelector app=web
        $plan.Status | Should -Be WillNotFinish
        $plan.NodeCondition | Should -Not -BeNullOrEmpty
        $result = Invoke-NodeDrain $node -PodSelector app=free -Timeout 8s -ErrorAction SilentlyContinue
        $result.Status | Should -Be TimedOut
        $result.Blockers.Message -join ' ' | Should -Match 'kubelet'
        # Flapping: other tests stopped this kubelet shortly before.
        (Test-NodeHealth $node).Findings.Cause | Should -BeIn Unreachable, Flapping
        Set-Kubelet start $node
        (Invoke-NodeDrain $node -PodSelector app=free -Timeout 2m).Status | Should -Be Drained
    }

    It 'continues a drain whose kubelet was down in the middle' -Skip:(-not $hasKubelet) {
        Reset-Layout
        $node = (Get-Pod data)[0].spec.nodeName
        $job = Invoke-NodeDrain $node -PodSelector app=data -DeleteEmptyDirData -Timeout 3m -AsJob
        Wait-Until 'the preStop hook' { Get-Pod data | Where-Object { $_.spec.nodeName -eq $node -and $_.metadata.deletionTimestamp } }
        Set-Kubelet stop $node
        Start-Sleep 10
        $job.State | Should -Be Running
        Set-Kubelet start $node
        $result = $job | Wait-Job -Timeout 120 | Receive-Job
        $result.Status | Should -Be Drained -Because $result.Summary
        $result.Duration.TotalSeconds | Should -BeGreaterThan 9
    }

    It 'raises one alert for a dead kubelet, and resolves it' -Skip:(-not $hasKubelet) {
        Reset-Layout
        $node = $names[0]
        $log = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $job = Start-NodeHealthMonitor $node -Debounce 2s -ScriptBlock { ($using:log).Enqueue("$($_.Transition) $($_.Cause)") }
        try {
            Set-Kubelet stop $node
            Wait-Until 'the alert' { $log.Count -gt 0 } 180
            Set-Kubelet start $node
            Wait-Until 'its end' { $log -like 'Resolved*' }
        }
        finally { Stop-Job $job }
        @($log | Where-Object { $_ -like 'Raised*' }) | Should -Be 'Raised Unreachable'
        @($log | Where-Object { $_ -like 'Resolved*' }) | Should -Be 'Resolved Unreachable'
    }

    It 'reports the usage of nodes where there is a metrics API, and warns where there is none' {
        Reset-Layout
        if ((Send GET /apis).groups.name -contains 'metrics.k8s.io') {
            Wait-Until 'the metrics of all nodes' { (Send GET /apis/metrics.k8s.io/v1beta1/nodes).items.Count -eq $names.Count }
            $nodes = Get-ClusterNode $names -Usage -WarningVariable warnings
            $warnings | Should -BeNullOrEmpty
            $nodes.Count | Should -Be $names.Count
            foreach ($node in $nodes) {
                $node.Usage.Memory | Should -BeGreaterThan 0
                $node.Usage.Memory | Should -BeLessThan $node.Capacity.Memory
                $node.Usage.Cpu | Should -BeGreaterThan 0
            }
        }
        else {
            $nodes = Get-ClusterNode $names -Usage -WarningVariable warnings
            $nodes.Usage | Where-Object { $null -ne $_ } | Should -BeNullOrEmpty
            $warnings -join ' ' | Should -Match 'metrics'
        }
    }

    It 'reports a node whose container runtime is down' -Skip:(-not $hasRuntime) {
        Reset-Layout
        $node = $names[2]
        $null = & $env:NODEMANAGER_REAL_RUNTIME stop $node
        try {
            $null = Wait-ClusterNode $node -For NotReady -Timeout 2m
            (Test-NodeHealth $node).Findings.Message -join ' ' | Should -Match 'runtime'
            (Get-NodeDrainPlan $node -PodSelector app=web).Status | Should -Be WillNotFinish
        }
        finally { $null = & $env:NODEMANAGER_REAL_RUNTIME start $node }
        $null = Wait-ClusterNode $node -For Ready -Timeout 2m
    }

    It 'alerts, drains and recovers under DiskPressure' -Skip:(-not $hasPressure) {
        Reset-Layout
        $node = $names[1]
        $log = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $job = Start-NodeHealthMonitor $node -Debounce 2s -ScriptBlock { ($using:log).Enqueue("$($_.Transition) $($_.Cause)") }
        try {
            $null = & $env:NODEMANAGER_REAL_PRESSURE start $node
            $null = Wait-ClusterNode $node -For DiskPressure=True -Timeout 2m
            (Test-NodeHealth $node).Findings.Cause | Should -Contain DiskPressure
            Wait-Until 'the alert' { $log -contains 'Raised DiskPressure' }
            # The kubelet rejects pods that run when it starts: their replacements are elsewhere.
            $result = Invoke-NodeDrain $node -PodSelector 'app notin (single)' -DeleteEmptyDirData -Timeout 2m
            $result.Status | Should -Be Drained -Because $result.Summary
            $events = Get-NodeEvent $node
            $events.Reason | Should -Contain NodeHasDiskPressure
        }
        finally {
            $null = & $env:NODEMANAGER_REAL_PRESSURE stop $node
            $null = Wait-ClusterNode $node -For DiskPressure=False -Timeout 2m
        }
        try { Wait-Until 'the end of the alert' { $log -contains 'Resolved DiskPressure' } } finally { Stop-Job $job }
    }

    It 'drains while the API server restarts, also with the rights of an operator' -Skip:(-not $hasServer) {
        $null = kubectl --kubeconfig $kubeconfigPath apply -f "$root/deploy/rbac.yaml"
        foreach ($role in 'nodemanager-viewer', 'nodemanager-operator') {
            $null = Send POST /apis/rbac.authorization.k8s.io/v1/clusterrolebindings @{ apiVersion = 'rbac.authorization.k8s.io/v1'; kind = 'ClusterRoleBinding'; metadata = @{ name = "$ns-$role" }; roleRef = @{ apiGroup = 'rbac.authorization.k8s.io'; kind = 'ClusterRole'; name = $role }; subjects = @(@{ apiGroup = 'rbac.authorization.k8s.io'; kind = 'User'; name = $ns }) }
        }
        try {
            foreach ($who in 'admin', 'operator') {
                Reset-Layout
                $used = $who -eq 'admin' ? $session : (Connect-NodeManager -Session $session -ImpersonateUser $ns)
                $node = (Get-Pod data)[0].spec.nodeName
                $job = Invoke-NodeDrain $node -Session $used -PodSelector 'app in (data,web,stubborn)' -DeleteEmptyDirData -Timeout 3m -AsJob
                Wait-Until 'the preStop hook' { Get-Pod data | Where-Object { $_.spec.nodeName -eq $node -and $_.metadata.deletionTimestamp } }
                $null = & $env:NODEMANAGER_REAL_API restart
                $result = $job | Wait-Job -Timeout 180 | Receive-Job
                $result.Status | Should -Be Drained -Because "$who`: $($result.Summary)"
                @(Get-NodePod $node -Namespace $ns -Session $session | Where-Object Name -Match '^(data|web|stubborn)-').Count | Should -Be 0
                if ($who -ne 'admin') { Disconnect-NodeManager -Session $used; $null = Select-NodeManagerSession $session }
            }
        }
        finally { foreach ($role in 'nodemanager-viewer', 'nodemanager-operator') { $null = Send DELETE "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/$ns-$role" } }
    }

    It 'runs a command on a drained node and reboots it' -Skip:(-not $hasCommands) {
        Reset-Layout
        $node = $env:NODEMANAGER_REAL_COMMAND_NODE
        $null = kubectl --kubeconfig $kubeconfigPath apply -f "$root/deploy/node-shell.yaml"
        Set-NodeManagerConfiguration -NodeCommandImage $env:NODEMANAGER_REAL_COMMAND_IMAGE
        $before = (Get-ClusterNode $node).BootId
        $run = Invoke-NodeMaintenance $node -NodeCommand "echo once >>/tmp/$ns; wc -l </tmp/$ns" -Reboot -PodSelector 'app notin (single)' -DeleteEmptyDirData -Timeout 2m -WaitReadyTimeout 3m
        $run.Status | Should -Be Completed -Because $run.Error
        $run.ExitCode | Should -Be 0
        "$($run.Output)".Trim() | Should -Be 1 -Because 'the command runs once'
        $after = Get-ClusterNode $node
        $after.BootId | Should -Not -Be $before
        $after.Status | Should -Be Ready
        $after.Unschedulable | Should -BeFalse
        (Invoke-NodeCommand $node "cat /proc/sys/kernel/random/boot_id; rm /tmp/$ns; exit 7" -ErrorAction SilentlyContinue -ErrorVariable failures).ExitCode | Should -Be 7
        $failures.FullyQualifiedErrorId | Should -BeLike 'NodeCommandFailed,*'
        (Send GET /api/v1/namespaces/nodemanager-node-shell/pods).items | Should -BeNullOrEmpty
    }

    It 'names each right that a user of node commands lacks' -Skip:(-not $hasCommands) {
        $node = $env:NODEMANAGER_REAL_COMMAND_NODE
        $shell = 'nodemanager-node-shell'
        $null = kubectl --kubeconfig $kubeconfigPath apply -f "$root/deploy/rbac.yaml" -f "$root/deploy/node-shell.yaml"
        $api = '/apis/rbac.authorization.k8s.io/v1'
        $bind = { param($Kind, $Name, $Collection) $null = Send POST "$api/$Collection" @{ apiVersion = 'rbac.authorization.k8s.io/v1'; kind = "$($Kind)Binding"; metadata = @{ name = $ns }; roleRef = @{ apiGroup = 'rbac.authorization.k8s.io'; kind = $Kind; name = $Name }; subjects = @(@{ apiGroup = 'rbac.authorization.k8s.io'; kind = 'User'; name = $ns }) } }
        & $bind ClusterRole nodemanager-viewer clusterrolebindings
        & $bind Role $ns "namespaces/$shell/rolebindings"
        $rules = (Send GET "$api/namespaces/$shell/roles/$shell").rules
        $user = Connect-NodeManager -Session $session -ImpersonateUser $ns
        Set-NodeManagerConfiguration -NodeCommandImage $env:NODEMANAGER_REAL_COMMAND_IMAGE
        try {
            $rights = foreach ($rule in $rules | Where-Object { $_.resources -notcontains 'pods/exec' }) { foreach ($verb in $rule.verbs) { "$verb $($rule.resources)" } }
            $rights.Count | Should -BeGreaterOrEqual 4
            foreach ($missing in @($rights) + '') {
                $kept = foreach ($rule in $rules) { @{ apiGroups = @(''); resources = $rule.resources; verbs = @($rule.verbs | Where-Object { "$_ $($rule.resources)" -ne $missing }) } }
                $role = @{ apiVersion = 'rbac.authorization.k8s.io/v1'; kind = 'Role'; metadata = @{ name = $ns }; rules = @($kept | Where-Object { $_.verbs }) }
                try { $null = Send PUT "$api/namespaces/$shell/roles/$ns" $role } catch { $null = Send POST "$api/namespaces/$shell/roles" $role }
                Start-Sleep 1
                $result = Invoke-NodeCommand $node 'echo done' -Session $user -ErrorVariable failures -ErrorAction SilentlyContinue
                if (-not $missing) { "$($result.Output)" | Should -Be done; continue }
                $result | Should -BeNullOrEmpty -Because $missing
                $failures[0].FullyQualifiedErrorId | Should -BeLike 'Forbidden,*' -Because $missing
                "$($failures[0])" | Should -Match ([regex]::Escape($missing))
                (Send GET "/api/v1/namespaces/$shell/pods").items | Should -BeNullOrEmpty -Because $missing
            }
        }
        finally {
            Disconnect-NodeManager -Session $user
            $null = Select-NodeManagerSession $session
            $null = Send DELETE "$api/clusterrolebindings/$ns"
            foreach ($kind in 'rolebindings', 'roles') { $null = Send DELETE "$api/namespaces/$shell/$kind/$ns" }
        }
    }

    It 'reads a log of the node with nodes/log, and reports its absence' -Skip:(-not $hasLogs) {
        $path = Join-Path ([IO.Path]::GetTempPath()) "$ns.kubeconfig"
        $api = '/apis/rbac.authorization.k8s.io/v1'
        New-CertificateUser $ns $path
        $role = @{ apiVersion = 'rbac.authorization.k8s.io/v1'; kind = 'ClusterRole'; metadata = @{ name = $ns }; rules = @(@{ apiGroups = @(''); resources = @('nodes'); verbs = @('get', 'list', 'watch') }) }
        $null = Send POST "$api/clusterroles" $role
        $null = Send POST "$api/clusterrolebindings" @{ apiVersion = 'rbac.authorization.k8s.io/v1'; kind = 'ClusterRoleBinding'; metadata = @{ name = $ns }; roleRef = @{ apiGroup = 'rbac.authorization.k8s.io'; kind = 'ClusterRole'; name = $ns }; subjects = @(@{ apiGroup = 'rbac.authorization.k8s.io'; kind = 'User'; name = $ns }) }
        $user = Connect-NodeManager -Kubeconfig $path
        try {
            Get-NodeLog $names[0] -Query $env:NODEMANAGER_REAL_LOG -Session $user -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeLogUnavailable,*'
            "$($failures[0])" | Should -Match 'Forbidden'
            $role.rules += @{ apiGroups = @(''); resources = @('nodes/log'); verbs = @('get') }
            $null = Send PUT "$api/clusterroles/$ns" $role
            # The kubelet keeps a refusal for 30 seconds.
            Wait-Until 'the log' { Get-NodeLog $names[0] -Query $env:NODEMANAGER_REAL_LOG -Tail 5 -Session $user -ErrorAction SilentlyContinue } 60
            Get-NodeLog $names[0] -Query $env:NODEMANAGER_REAL_LOG -Session $user -ViaProxy -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            "$($failures[0])" | Should -Match 'nodes/proxy'
        }
        finally {
            Disconnect-NodeManager -Session $user
            $null = Select-NodeManagerSession $session
            Remove-Item $path
            foreach ($kind in 'clusterrolebindings', 'clusterroles') { $null = Send DELETE "$api/$kind/$ns" }
        }
    }
}
