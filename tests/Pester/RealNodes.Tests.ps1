#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# Drains, maintenances and the monitor on real kubelets with real pods. tests/README.md names the variables. About four minutes.
BeforeDiscovery {
    $isThere = [bool] $env:NODEMANAGER_REAL_KUBECONFIG
    $hasKubelet = $isThere -and $env:NODEMANAGER_REAL_KUBELET
    $hasRuntime = $isThere -and $env:NODEMANAGER_REAL_RUNTIME
    $hasManifests = $isThere -and $env:NODEMANAGER_REAL_MANIFESTS
    $hasKubectl = $isThere -and (Get-Command kubectl -CommandType Application -ErrorAction Ignore)
    if (-not $isThere) { Write-Host 'Skipped: NODEMANAGER_REAL_KUBECONFIG names no cluster with real nodes.' }
}

Describe 'Real kubelets' -Skip:(-not $isThere) {
    BeforeAll {
        $root = (Resolve-Path "$PSScriptRoot/../..").Path
        Import-Module "$root/NodeManager.psd1" -Force
        $ConfirmPreference = 'None'
        $WarningPreference = 'SilentlyContinue'
        $kubeconfigPath = $env:NODEMANAGER_REAL_KUBECONFIG
        $image = $env:NODEMANAGER_REAL_IMAGE ? $env:NODEMANAGER_REAL_IMAGE : 'example.local/shell:1'
        $session = Connect-NodeManager -Kubeconfig $kubeconfigPath
        . "$PSScriptRoot/Api.ps1"
        $names = @((Get-ClusterNode).Name | Sort-Object)
        $ns = "nm-real-$([guid]::NewGuid().ToString('N').Substring(0, 6))"
        $pods = "/api/v1/namespaces/$ns/pods"

        function Wait-Until([string] $What, [scriptblock] $Condition, [int] $Seconds = 120) {
            $limit = [datetime]::UtcNow.AddSeconds($Seconds)
            while (-not (& $Condition)) {
                if ([datetime]::UtcNow -gt $limit) { throw "Timed out waiting for $What" }
                Start-Sleep -Milliseconds 200
            }
        }
        function Set-Kubelet([string] $Action, [string] $Node) { $null = & $env:NODEMANAGER_REAL_KUBELET $Action $Node; $LASTEXITCODE | Should -Be 0 }
        function New-Workload([string] $Kind, [string] $Name, [int] $Replicas, [string] $Script, [int] $Grace, [hashtable] $Container = @{}, [hashtable] $Pod = @{}, [hashtable] $Spec = @{}) {
            $labels = @{ app = $Name }
            $template = @{
                metadata = @{ labels = $labels }
                spec = @{
                    terminationGracePeriodSeconds = $Grace
                    containers = @(@{ name = 'main'; image = $image; imagePullPolicy = 'IfNotPresent'; command = @('/bin/sh', '-c', $Script) } + $Container)
                    topologySpreadConstraints = @(@{ maxSkew = 1; topologyKey = 'kubernetes.io/hostname'; whenUnsatisfiable = 'ScheduleAnyway'; labelSelector = @{ matchLabels = $labels } })
                } + $Pod
            }
            $body = @{ apiVersion = 'apps/v1'; kind = $Kind; metadata = @{ name = $Name }; spec = @{ selector = @{ matchLabels = $labels }; template = $template } + $Spec }
            if ($Kind -ne 'DaemonSet') { $body.spec.replicas = $Replicas }
            $null = Send POST "/apis/apps/v1/namespaces/$ns/$($Kind.ToLowerInvariant())s" ($body | ConvertTo-Json -Depth 20)
        }
        function New-Budget([string] $Name, [int] $MinAvailable) {
            $null = Send POST "/apis/policy/v1/namespaces/$ns/poddisruptionbudgets" @{ apiVersion = 'policy/v1'; kind = 'PodDisruptionBudget'; metadata = @{ name = $Name }; spec = @{ minAvailable = $MinAvailable; selector = @{ matchLabels = @{ app = $Name } } } }
        }
        function Get-Pod([string] $App = '') { @((Send GET "$pods$(if ($App) { "?labelSelector=app%3D$App" })").items) }
        function Test-Ready($Pod) { -not $Pod.metadata.deletionTimestamp -and ($Pod.status.conditions | Where-Object { $_.type -eq 'Ready' -and $_.status -eq 'True' }) }
        # All pods are created again, spread over all nodes.
        function Reset-Layout {
            $null = Get-ClusterNode | Resume-NodeScheduling
            $null = Send DELETE "$pods`?gracePeriodSeconds=1&labelSelector=app"
            Wait-Until 'the layout' { $all = Get-Pod; $all.Count -eq $expected -and -not ($all | Where-Object { -not (Test-Ready $_) }) }
            Wait-Until 'the PDBs' { -not ((Send GET "/apis/policy/v1/namespaces/$ns/poddisruptionbudgets").items | Where-Object { $_.status.currentHealthy -lt $_.status.expectedPods }) }
        }
        # Ready pods by the API, and pods that answer over HTTP, until the block ends.
        function Measure-Availability([string] $App, [scriptblock] $Block) {
            $state = [hashtable]::Synchronized(@{ Stop = $false; Api = 999; Http = 999; Count = 0 })
            $kubeconfig = Get-Content $kubeconfigPath -Raw
            $pem = { param($Key) [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Read-Kubeconfig $kubeconfig $Key))) }
            $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem((& $pem client-certificate-data), (& $pem client-key-data))
            $sampler = [powershell]::Create().AddScript({
                    param($State, $Certificate, $Address)
                    $web = [Net.Http.HttpClient]::new(); $web.Timeout = [timespan]::FromSeconds(1)
                    while (-not $State.Stop) {
                        $listed = Invoke-RestMethod $Address -Certificate $Certificate -SkipCertificateCheck
                        $ready = @($listed.items | Where-Object { -not $_.metadata.deletionTimestamp -and ($_.status.conditions | Where-Object { $_.type -eq 'Ready' -and $_.status -eq 'True' }) })
                        $asked = @($listed.items | Where-Object { $_.status.podIP } | ForEach-Object { $web.GetAsync("http://$($_.status.podIP):8080/") })
                        try { [Threading.Tasks.Task]::WaitAll($asked) } catch { $null = $_ }
                        $answered = @($asked | Where-Object { $_.Status -eq 'RanToCompletion' -and $_.Result.IsSuccessStatusCode })
                        $State.Api = [math]::Min($State.Api, $ready.Count)
                        $State.Http = [math]::Min($State.Http, $answered.Count)
                        $State.Count++
                        Start-Sleep -Milliseconds 50
                    }
                }).AddArgument($state).AddArgument($certificate).AddArgument((Read-Kubeconfig $kubeconfig server).TrimEnd('/') + "$pods`?labelSelector=app%3D$App")
            $running = $sampler.BeginInvoke()
            try { $output = & $Block } finally { $state.Stop = $true; $null = $sampler.EndInvoke($running); $sampler.Dispose() }
            [pscustomobject]@{ Api = $state.Api; Http = $state.Http; Count = $state.Count; Output = $output }
        }

        $null = Send POST '/api/v1/namespaces' @{ apiVersion = 'v1'; kind = 'Namespace'; metadata = @{ name = $ns } }
        $serve = 'mkdir -p /www; hostname > /www/index.html; trap "sleep 1; exit 0" TERM; sleep 2; httpd -f -p 8080 -h /www & wait'
        $idle = 'trap "exit 0" TERM; sleep 100000 & wait'
        $probe = @{ readinessProbe = @{ httpGet = @{ path = '/'; port = 8080 }; periodSeconds = 1 } }
        New-Workload Deployment web 6 $serve 20 $probe
        New-Workload Deployment free 6 $serve 20 $probe
        New-Workload StatefulSet data 2 $idle 20 @{ lifecycle = @{ preStop = @{ exec = @{ command = @('/bin/sleep', '3') } } }; volumeMounts = @(@{ name = 'scratch'; mountPath = '/scratch' }) } @{ volumes = @(@{ name = 'scratch'; emptyDir = @{} }) } @{ serviceName = 'data' }
        New-Workload Deployment stubborn 1 'trap "" TERM; while :; do sleep 1; done' 6
        New-Workload Deployment single 1 $serve 20 $probe @{} @{ strategy = @{ type = 'RollingUpdate'; rollingUpdate = @{ maxSurge = 1; maxUnavailable = 0 } } }
        New-Workload DaemonSet agent 0 $idle 5
        New-Budget web 5
        New-Budget single 1
        $expected = 16 + $names.Count
        Wait-Until 'the layout' { $all = Get-Pod; $all.Count -eq $expected -and -not ($all | Where-Object { -not (Test-Ready $_) }) }
        $others = @{ PodSelector = "app notin (single)"; DeleteEmptyDirData = $true }
    }

    AfterAll {
        if ($hasKubelet) { foreach ($node in $names) { Set-Kubelet start $node } }
        $null = Get-ClusterNode | Resume-NodeScheduling
        $null = Send DELETE "/api/v1/namespaces/$ns"
        Disconnect-NodeManager
    }

    It 'drains a node and keeps the PDB, by the API and by the pods that answer' {
        $node = $names[0]
        $plan = Get-NodeDrainPlan $node @others
        $seen = Measure-Availability web { Invoke-NodeDrain $node @others -Timeout 2m }
        $result = $seen.Output
        $result.Status | Should -Be Drained -Because $result.Summary
        $result.Evicted | Should -Be $plan.Evict
        $result.Duration | Should -BeLessOrEqual $plan.EstimatedDuration
        $seen.Count | Should -BeGreaterThan 5
        $seen.Api | Should -BeGreaterOrEqual 5
        $seen.Http | Should -BeGreaterOrEqual 5
        @(Get-NodePod $node -Namespace $ns | Where-Object Name -NotMatch '^(agent|single)-').Count | Should -Be 0
        Write-Host "    drain: $($result.Evicted) pods in $([math]::Round($result.Duration.TotalSeconds, 1)) s; at least $($seen.Api) of 6 ready, $($seen.Http) answered, $($seen.Count) samples"
    }

    It 'waits for preStop hooks, and for processes that ignore SIGTERM' {
        Reset-Layout
        $where = @{}; foreach ($app in 'data', 'stubborn') { $where[$app] = (Get-Pod $app)[0].spec.nodeName }
        $results = Invoke-NodeDrain ($where.Values | Sort-Object -Unique) -PodSelector 'app in (data,stubborn)' -DeleteEmptyDirData -Timeout 2m
        $results.Status | Sort-Object -Unique | Should -Be Drained
        $ends = @{}; foreach ($step in $results.Timeline | Where-Object Step -EQ Terminate) { $ends[($step.Pod -replace '^.*/(\w+)-.*$', '$1')] = $step.Duration.TotalSeconds }
        $ends.data | Should -BeGreaterOrEqual 3
        $ends.data | Should -BeLessThan 7
        $ends.stubborn | Should -BeGreaterOrEqual 6
        $ends.stubborn | Should -BeLessThan 10
    }

    It 'evicts the same pods as kubectl on the same layout, and is not slower' -Skip:(-not $hasKubectl) {
        $node = $names[0]
        $times = @{}; $evicted = @{}
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
            $evicted[$who] = @($before | Where-Object { $_.metadata.uid -notin $left } | ForEach-Object { $_.metadata.labels.app } | Sort-Object)
        }
        $evicted.ours | Should -Be $evicted.kubectl
        $evicted.ours | Should -Not -Contain agent
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

    It 'replaces a single pod behind minAvailable 1 with -Surge, and it always answers' {
        Reset-Layout
        $node = (Get-Pod single)[0].spec.nodeName
        $seen = Measure-Availability single { Invoke-NodeDrain $node -PodSelector app=single -Surge -Timeout 2m }
        $seen.Output.Status | Should -Be Drained
        $seen.Api | Should -BeGreaterOrEqual 1
        $seen.Http | Should -BeGreaterOrEqual 1
    }

    It 'names a finalizer that holds a terminated pod, and continues without it' {
        Reset-Layout
        $pod = (Get-Pod free)[0]
        $null = Send PATCH "$pods/$($pod.metadata.name)" '{"metadata":{"finalizers":["example.local/hold"]}}' 'application/merge-patch+json'
        $result = Invoke-NodeDrain $pod.spec.nodeName -PodSelector app=free -Timeout 6s -ErrorAction SilentlyContinue
        $result.Status | Should -Be TimedOut
        $result.Blockers.Message -join ' ' | Should -Match 'example.local/hold'
        $null = Send PATCH "$pods/$($pod.metadata.name)" '{"metadata":{"finalizers":null}}' 'application/merge-patch+json'
        (Invoke-NodeDrain $pod.spec.nodeName -PodSelector app=free -Timeout 1m).Status | Should -Be Drained
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

    It 'maintains all nodes with a restart of each kubelet' -Skip:(-not $hasKubelet) {
        Reset-Layout
        $run = Invoke-NodeMaintenance $names -ScriptBlock { & $env:NODEMANAGER_REAL_KUBELET restart $_.Name } -PodSelector 'app notin (single)' -DeleteEmptyDirData -PassThru
        $run.Status | Should -Be Completed
        $run.Nodes.Status | Sort-Object -Unique | Should -Be Completed
        (Get-ClusterNode $names).Status | Sort-Object -Unique | Should -Be Ready
        (Get-ClusterNode $names).Unschedulable | Should -Not -Contain $true
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
        (Test-NodeHealth $node).Findings.Cause | Should -Contain Unreachable
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

    It 'warns that there is no usage where there is no metrics API' {
        $nodes = Get-ClusterNode $names -Usage -WarningVariable warnings
        $nodes.Usage | Where-Object { $null -ne $_ } | Should -BeNullOrEmpty
        $warnings -join ' ' | Should -Match 'metrics'
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
}
