# For suites of simulated machines on the embedded cluster: the autoscaler's resources with a pool of two nodes. Dot-source it in BeforeAll, where
# $root and $session are.

. "$PSScriptRoot/Api.ps1"

function Wait-Until([scriptblock] $Condition) {
    foreach ($i in 1..1200) {
        if (& $Condition) { return }
        Start-Sleep -Milliseconds 100
    }
    throw "Timed out waiting for: $Condition"
}

$api = '/apis/kubenodesmith.parawell.cloud/v1alpha1'
$collection = "$api/namespaces/kubenodesmith"
function Add-Resource([string] $Kind, [string] $Name, $Spec) {
    $null = Send POST "$collection/$($Kind.ToLowerInvariant())s" @{ apiVersion = 'kubenodesmith.parawell.cloud/v1alpha1'; kind = $Kind; metadata = @{ name = $Name }; spec = $Spec }
}

foreach ($file in Get-ChildItem "$root/deploy/crds/nodesmith*.yaml") {
    $null = Send POST '/apis/apiextensions.k8s.io/v1/customresourcedefinitions' (Get-Content $file -Raw)
}
Wait-Until { try { Send GET "$api/nodesmithclaims"; $true } catch { $false } }
$null = Send POST '/api/v1/namespaces' @{ apiVersion = 'v1'; kind = 'Namespace'; metadata = @{ name = 'kubenodesmith' } }
Add-Resource NodeSmithProvider sim @{ type = 'simulated' }
Add-Resource NodeSmithControlPlane plane @{ pools = @('small') }
Add-Resource NodeSmithPool small @{ providerRef = 'sim'; limits = @{ minNodes = 2; maxNodes = 5; cpuCores = 0; memoryMiB = 0 }; machineTemplate = @{ labels = @{ tier = 'a' } } }
