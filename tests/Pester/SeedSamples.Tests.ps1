#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

# The seed's samples from PowerShell, on a cluster that starts with no room: pods wait, Proxmox gets a machine, they run; they go, and so does
# the machine. NODEMANAGER_SEED_KUBECONFIG names a real cluster with simulated kubelets, where the pool's windows take their seven minutes.
BeforeDiscovery {
    $isBuilt = Test-Path "$PSScriptRoot/../NodeManager.FakeProxmox/bin"
}

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    $ConfirmPreference = 'None'
    $samples = "$root/tests/Conformance/Autoscaling/Samples"
    $isReal = [bool] $env:NODEMANAGER_SEED_KUBECONFIG
    $session = $isReal ? (Connect-NodeManager -Kubeconfig $env:NODEMANAGER_SEED_KUBECONFIG) : (Connect-NodeManager -Sandbox -SandboxPort 0 -SandboxNodes 0 -SandboxSpeed 60)

    # A pool's windows are real time there.
    function Wait-Until([string] $What, [scriptblock] $Condition) {
        $limit = [datetime]::UtcNow.AddMinutes(10)
        while (-not (& $Condition)) {
            if ([datetime]::UtcNow -gt $limit) { throw "Timed out waiting for $What" }
            Start-Sleep -Milliseconds 200
        }
    }

    . "$PSScriptRoot/Api.ps1"
    $kubeconfigPath = $isReal ? $env:NODEMANAGER_SEED_KUBECONFIG : $session.KubeconfigPath

    function Send-Workload([string] $Name) {
        foreach ($document in (Get-Content "$samples/$Name.yaml" -Raw) -split '(?m)^---\r?\n') {
            $null = Send POST ($document -match 'kind: Service' ? '/api/v1/namespaces/default/services' : '/apis/apps/v1/namespaces/default/deployments') $document
        }
    }
    function Get-Sample([string] $Name) {
        $text = Get-Content "$samples/kubenodesmith_v1alpha1_$Name.yaml" -Raw
        # A server built with Go 1.16 takes an empty text in a custom resource for null (kubernetes/kubernetes#99804).
        $session.ServerVersion -match 'v1\.20\.' -and $isReal ? $text.Replace('worker: ""', 'worker: "true"') : $text
    }

    $assembly = Get-ChildItem "$PSScriptRoot/../NodeManager.FakeProxmox/bin" -Recurse -Filter NodeManager.FakeProxmox.dll -ErrorAction SilentlyContinue |
        Sort-Object LastWriteTime | Select-Object -Last 1
    if ($assembly) {
        $start = [Diagnostics.ProcessStartInfo]::new(($env:DOTNET_HOST_PATH ? $env:DOTNET_HOST_PATH : 'dotnet'), [string[]]('exec', $assembly.FullName, $kubeconfigPath))
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $proxmox = [Diagnostics.Process]::Start($start)
        $endpoint = $proxmox.StandardOutput.ReadLine()
    }
}

AfterAll {
    Get-Job | Where-Object PSJobTypeName -eq NodeAutoscaler | Remove-Job -Force
    if ($proxmox) {
        $proxmox.StandardInput.Close()
        $null = $proxmox.WaitForExit(10000)
    }
    $session | Disconnect-NodeManager
}

Describe 'The samples of KubeNodeSmith' -Skip:(-not $isBuilt) {
    It 'are accepted unchanged, on a cluster without free room' {
        $null = Install-NodeAutoscaler
        # The control plane's own node takes no pods.
        $null = Send POST /api/v1/nodes '{"metadata":{"name":"control-plane"},"spec":{"taints":[{"key":"node-role.kubernetes.io/control-plane","effect":"NoSchedule"}]},"status":{"capacity":{"cpu":"4","memory":"8Gi","pods":"110"},"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}'
        $collection = '/apis/kubenodesmith.parawell.cloud/v1alpha1/namespaces/kubenodesmith'
        $null = Send POST "$collection/nodesmithproviders" (Get-Sample nodesmithprovider)
        $null = Send POST "$collection/nodesmithpools" (Get-Sample nodesmithpool)
        $null = Send POST "$collection/nodesmithcontrolplanes" (Get-Sample controlplane)
        # Proxmox is here and not at 10.0.4.30.
        $secret = ConvertTo-SecureString 0f9b2f0e-proxmox-secret -AsPlainText
        Set-NodeProvider proxmox-production -Endpoint $endpoint -AllowUnencryptedAuthentication -Credential ([pscredential]::new('autoscaler@pve!node', $secret))
        $checks = Test-NodeProvider proxmox-production
        # Proxmox is served without TLS here.
        $checks | Where-Object Status -ne Passed | ForEach-Object Check | Should -BeExactly Certificate
        ($checks | Where-Object Check -eq Certificate).Status | Should -BeExactly Warning
        (Get-NodeProvider proxmox-production).Type | Should -BeExactly proxmox
    }

    It 'keep pods pending for the window, with the reason, and then create one machine' {
        $job = Start-NodeAutoscaler
        Send-Workload echoserver
        Send-Workload nginx
        Wait-Until 'a decision about the pod' { (Get-NodeScalePlan -Pod hello-echo-* -ErrorAction SilentlyContinue).Decision -eq 'Create' -or (Get-NodeClaim) }
        # Whatever the moment: it waits for the window, or for its machine, or runs.
        $why = Get-NodeScalePlan -Pod hello-echo-*
        $why.Message | Should -Not -BeNullOrEmpty
        $why.Pool, $why.Decision | Should -BeIn @('proxmox-small', '', 'Create', 'Wait', 'Place', 'None')

        Wait-Until 'a claim' { Get-NodeClaim }
        $claim = Get-NodeClaim
        $claim.Name, $claim.Pool | Should -Be proxmox-small-1, proxmox-small
        $pods = (Get-NodeScalePlan -Pod hello-echo-*, nginx-*).Name
        $pods.Count | Should -Be 2
        # The demand has lasted two minutes when the claim is made.
        $age = $claim.CreatedAt - (Send GET "/api/v1/namespaces/default/pods/$($pods[0])").metadata.creationTimestamp.ToUniversalTime()
        $age.TotalSeconds | Should -BeGreaterOrEqual 119
        $job.State | Should -BeExactly Running
    }

    It 'run the pods on the machine' {
        Wait-Until 'running pods' { @(Get-NodePod proxmox-small-1 -ErrorAction SilentlyContinue | Where-Object { $_.Name -match 'hello-echo|nginx' -and $_.Status -eq 'Running' }).Count -eq 2 }
        Wait-Until 'a ready claim' { (Get-NodeClaim).Status -eq 'Ready' }
        $claim = Get-NodeClaim
        $claim.ProviderId | Should -Match '^proxmox://garage/vms/1(2[5-9]\d|300)$'
        $claim.Node, $claim.CpuCores | Should -Be proxmox-small-1, 4
        (Get-ClusterNode proxmox-small-1).Labels.Keys | Should -Contain node-role.kubernetes.io/worker
        $state = Get-NodeAutoscaler
        $state.Status, $state.IsLocal | Should -Be Running, True
        (Get-NodeProvider proxmox-production).Available | Should -BeExactly True
        $state.Pools[0] | ForEach-Object { $_.Name, $_.ReadyNodes, $_.MaxNodes } | Should -Be proxmox-small, 1, 5
        (Get-Machine | Where-Object ProviderId -eq $claim.ProviderId).Status | Should -BeExactly Running
        (Get-NodeScalePlan -Pod nginx-*).Reason | Should -BeExactly Scheduled
    }

    It 'remove the machine after the idle window' {
        foreach ($name in 'hello-echo', 'nginx') { $null = Send DELETE "/apis/apps/v1/namespaces/default/deployments/$name" '{"propagationPolicy":"Background"}' }
        Wait-Until 'no pods' { -not (Get-NodePod proxmox-small-1 -ErrorAction SilentlyContinue | Where-Object Name -Match 'hello-echo|nginx') }
        Wait-Until 'a plan for the node' { -not (Get-NodeClaim) -or (Get-NodeScalePlan).Nodes.Reason -contains 'Stabilizing' -or (Get-NodeScalePlan).Nodes.Decision -contains 'Remove' }
        Wait-Until 'no claim' { -not (Get-NodeClaim) }
        Get-ClusterNode proxmox-small-1 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Get-Machine | Where-Object IsManaged | Should -BeNullOrEmpty
        Stop-NodeAutoscaler
        $decisions = (Get-NodeAutoscaler -DecisionCount 500).Decisions | Where-Object Target -eq claim/proxmox-small-1 | Sort-Object At
        $decisions.Decision | Where-Object { $_ -in 'Create', 'Launch', 'Register', 'Initialize', 'Remove', 'Removed' } | Sort-Object -Unique |
            Should -Be Create, Initialize, Launch, Register, Remove, Removed
        $decisions | Where-Object { -not $_.Reason } | Should -BeNullOrEmpty
    }
}
