# A layout of workloads on the real nodes of $env:NODEMANAGER_REAL_KUBECONFIG, in a namespace of its own. Dot-source it in BeforeAll, and call
# Remove-Layout in AfterAll.

$root = (Resolve-Path "$PSScriptRoot/../..").Path
Import-Module "$root/NodeManager.psd1" -Force
$ConfirmPreference = 'None'
$WarningPreference = 'SilentlyContinue'
$kubeconfigPath = $env:NODEMANAGER_REAL_KUBECONFIG
$image = $env:NODEMANAGER_REAL_IMAGE ? $env:NODEMANAGER_REAL_IMAGE : 'example.local/shell:1'
$session = Connect-NodeManager -Kubeconfig $kubeconfigPath
. "$PSScriptRoot/Api.ps1"
$nodes = @(Get-ClusterNode)
$names = @($nodes.Name | Sort-Object)
# Kubelets of 1.20 leave the sandboxes of some pods to their garbage collection, once a minute; only then does the pod object go.
$lateRemoval = [timespan]::FromMinutes(($nodes.KubeletVersion -match '^v1\.20\.') ? 1 : 0)
$ns = "nm-real-$([guid]::NewGuid().ToString('N').Substring(0, 6))"
$pods = "/api/v1/namespaces/$ns/pods"
$policy = (Send GET /apis/policy).preferredVersion.groupVersion
$budgets = "/apis/$policy/namespaces/$ns/poddisruptionbudgets"

function Wait-Until([string] $What, [scriptblock] $Condition, [int] $Seconds = 120) {
    $limit = [datetime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $limit) { throw "Timed out waiting for $What" }
        Start-Sleep -Milliseconds 200
    }
}
function Set-Kubelet([string] $Action, [string] $Node) { $null = & $env:NODEMANAGER_REAL_KUBELET $Action $Node; $LASTEXITCODE | Should -Be 0 }
function Remove-Layout {
    if ($env:NODEMANAGER_REAL_KUBELET) { foreach ($node in $names) { Set-Kubelet start $node } }
    $null = Get-ClusterNode | Resume-NodeScheduling
    $null = Send DELETE "/api/v1/namespaces/$ns"
    Get-NodeManagerSession | Disconnect-NodeManager
}
# A kubeconfig of a user with a certificate that the cluster signs.
function New-CertificateUser([string] $User, [string] $Path) {
    $key = [Security.Cryptography.RSA]::Create(2048)
    $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new("CN=$User", $key, 'SHA256', [Security.Cryptography.RSASignaturePadding]::Pkcs1)
    $signing = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
    $null = Send POST $signing @{ apiVersion = 'certificates.k8s.io/v1'; kind = 'CertificateSigningRequest'; metadata = @{ name = $User }; spec = @{ signerName = 'kubernetes.io/kube-apiserver-client'; usages = @('client auth'); request = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes($request.CreateSigningRequestPem())) } }
    try {
        $null = kubectl --kubeconfig $kubeconfigPath certificate approve $User
        Wait-Until 'the certificate' { (Send GET "$signing/$User").status.certificate }
        $text = Get-Content $kubeconfigPath -Raw
        $text = $text -replace '(?m)(client-certificate-data\s*:\s*)\S+', "`${1}$((Send GET "$signing/$User").status.certificate)"
        $text -replace '(?m)(client-key-data\s*:\s*)\S+', "`${1}$([Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes($key.ExportPkcs8PrivateKeyPem())))" | Set-Content $Path
    }
    finally { $null = Send DELETE "$signing/$User" }
}
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
    $null = Send POST $budgets @{ apiVersion = $policy; kind = 'PodDisruptionBudget'; metadata = @{ name = $Name }; spec = @{ minAvailable = $MinAvailable; selector = @{ matchLabels = @{ app = $Name } } } }
}
function Get-Pod([string] $App = '') { @((Send GET "$pods$(if ($App) { "?labelSelector=app%3D$App" })").items) }
function Test-Ready($Pod) { -not $Pod.metadata.deletionTimestamp -and ($Pod.status.conditions | Where-Object { $_.type -eq 'Ready' -and $_.status -eq 'True' }) }
# All pods are created again, spread over all nodes.
function Reset-Layout {
    if ($env:NODEMANAGER_REAL_KUBELET) { foreach ($node in Get-ClusterNode | Where-Object Status -NE Ready) { Set-Kubelet start $node.Name } }
    $null = Get-ClusterNode | Resume-NodeScheduling
    $null = Send DELETE "$pods`?gracePeriodSeconds=1&labelSelector=app"
    Wait-Until 'the layout' { $all = Get-Pod; $all.Count -eq $expected -and -not ($all | Where-Object { -not (Test-Ready $_) }) }
    Wait-Until 'the PDBs' { -not ((Send GET $budgets).items | Where-Object { $_.status.currentHealthy -lt $_.status.expectedPods }) }
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
