BeforeAll {
    Import-Module "$PSScriptRoot/../../NodeManager.psd1" -Force
    $session = Connect-NodeManager -Sandbox
    $nodes = Get-ClusterNode

    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.ListItemText }
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'Tab completion' {
    It 'completes nodes' {
        Complete 'Get-ClusterNode ' | Should -Be ($nodes.Name | Sort-Object)
        $name = $nodes[0].Name
        Complete "Suspend-NodeScheduling $name" | Should -Contain $name
        Complete "Invoke-NodeDrain -Name $($name.Substring(0, 2).ToUpperInvariant())" | Should -Contain $name
    }

    It 'completes zones, roles and label keys' {
        Complete 'Get-ClusterNode -Zone ' | Should -Be ($nodes.Zone | Where-Object { $_ } | Sort-Object -Unique)
        Complete 'Get-ClusterNode -Role ' | Should -Be (@($nodes.Roles | ForEach-Object { $_ }) | Sort-Object -Unique)
        Complete 'Remove-NodeLabel x -Key kubernetes.io/h' | Should -Be 'kubernetes.io/hostname'
        Complete 'Get-ClusterNode -Selector kubernetes.io/os' | Should -Contain 'kubernetes.io/os=linux'
    }

    It 'completes namespaces' {
        Complete 'Get-NodePod -Namespace ' | Should -Be ((Get-NodePod).Namespace | Sort-Object -Unique)
        Complete 'Get-NodePod -Namespace kube-' | Should -Contain 'kube-system'
    }

    It 'completes labels of pods' {
        $pod = (Get-NodePod | Where-Object { $_.Labels.Count })[0]
        $first = @($pod.Labels.Keys)[0]
        foreach ($command in 'Get-NodePod -Selector', 'Get-NodeDrainPlan x -PodSelector', 'Invoke-NodeDrain x -PodSelector') {
            Complete "$command $first" | Should -Contain "$first=$($pod.Labels[$first])"
        }
    }

    It 'completes taints, conditions and groups' {
        Complete 'Set-NodeTaint x -Effect No' | Should -Be @('NoSchedule', 'NoExecute')
        Complete 'Wait-ClusterNode x -For ' | Should -Contain 'Ready'
        Complete 'Wait-ClusterNode x -For Disk' | Should -Contain 'DiskPressure=True'
        Complete 'Get-ClusterStatistic -GroupBy Z' | Should -Contain 'Zone'
        $taint = $nodes.Taints | Select-Object -First 1
        Complete 'Remove-NodeTaint x -Key ' | Should -Contain $taint.Key
        Complete 'Remove-NodeTaint x -Taint ' | Should -Contain "$taint"
        Complete 'Set-NodeTaint x -Taint ' | Should -Contain "$taint"
    }

    It 'completes labels, annotations, windows and versions, and no file names' {
        $label = "kubernetes.io/os=$($nodes[0].Labels['kubernetes.io/os'])"
        foreach ($command in 'Set-NodeLabel x', 'New-Machine m p', 'New-NodePoolPlatform t', 'Set-NodePool p', 'Update-NodePool p') {
            Complete "$command -Label kubernetes.io/o" | Should -Contain $label -Because $command
        }
        Complete 'Set-NodeLabel x kubernetes.io/o' | Should -Contain $label
        $annotated = $nodes | Where-Object { $_.Annotations.Count } | Select-Object -First 1
        if ($annotated) { Complete 'Set-NodeAnnotation x -Annotation ' | Should -Contain "$(@($annotated.Annotations.Keys)[0])=$(@($annotated.Annotations.Values)[0])" }
        foreach ($command in 'Invoke-NodeMaintenance x', 'Invoke-NodeDrain x -Detach') {
            Complete "$command -Window " | Should -Contain 'Sat,Sun 22:00-04:00 UTC' -Because $command
        }
        Complete 'Connect-NodeManager -Sandbox -SandboxVersion ' | Should -Be (37..20 | ForEach-Object { "1.$_" })
        Complete 'New-Sandbox -SandboxVersion 1.3' | Should -Contain '1.36'
    }

    It 'completes the contexts of a kubeconfig, also of one on the command line' {
        $kubeconfig = Join-Path $TestDrive 'contexts.yaml'
        Set-Content $kubeconfig @'
apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: 'https://c.example.com' } }]
users: [{ name: u, user: {} }]
contexts: [{ name: staging, context: { cluster: c, user: u } }, { name: 'blue green', context: { cluster: c, user: u } }]
'@
        Complete "Connect-NodeManager -Kubeconfig '$kubeconfig' -Context " | Should -Be @('staging', 'blue green')
        $line = "Connect-NodeManager -Kubeconfig '$kubeconfig' -Context b"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be "'blue green'"
    }

    It 'returns nothing, and does not connect, without a session' {
        Get-NodeManagerSession | Disconnect-NodeManager
        $before = $Error.Count
        Complete 'Get-ClusterNode -Zone ' | Should -BeNullOrEmpty
        Complete 'Get-NodePod -Namespace kube-sys' | Should -BeNullOrEmpty
        Complete "Connect-NodeManager -Kubeconfig '/nowhere/at/all' -Context " | Should -BeNullOrEmpty
        $Error.Count | Should -Be $before
        $null = Connect-NodeManager -Sandbox
    }
}
