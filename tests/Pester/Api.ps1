# The API server of $session, asked as kubectl asks it. Dot-source it in BeforeAll. $kubeconfigPath names the kubeconfig of a cluster that is not
# the embedded one.

function Read-Kubeconfig([string] $Text, [string] $Key) { [regex]::Match($Text, "(?m)^\s*$Key\s*:\s*`"?([^`"\s]+)").Groups[1].Value }

# A text is sent as it is: JSON by its brace, else YAML. Anything else becomes JSON.
function Send([string] $Method, [string] $Path, $Body, [string] $Type) {
    $kubeconfig = Get-Content ($kubeconfigPath ? $kubeconfigPath : $session.KubeconfigPath) -Raw
    $pem = { param($Key) [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Read-Kubeconfig $kubeconfig $Key))) }
    if ($null -ne $Body -and $Body -isnot [string]) { $Body = $Body | ConvertTo-Json -Depth 9 }
    if (-not $Type) { $Type = $Body -and $Body.TrimStart()[0] -ne '{' ? 'application/yaml' : 'application/json' }
    $access = @{ Method = $Method; ContentType = $Type; SkipCertificateCheck = $true }
    if ($Body) { $access.Body = $Body }
    if ($token = Read-Kubeconfig $kubeconfig token) { $access.Headers = @{ Authorization = "Bearer $token" } }
    else { $access.Certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem((& $pem client-certificate-data), (& $pem client-key-data)) }
    Invoke-RestMethod ((Read-Kubeconfig $kubeconfig server).TrimEnd('/') + $Path) @access
}
