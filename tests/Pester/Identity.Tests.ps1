# An object acts on the cluster that it comes from, and on no other cluster of the same name.
BeforeDiscovery {
    Import-Module (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path -Force
    $objects = foreach ($command in Get-Command -Module NodeManager -CommandType Cmdlet) {
        foreach ($parameter in $command.Parameters.Values) {
            $type = $parameter.ParameterType.IsArray ? $parameter.ParameterType.GetElementType() : $parameter.ParameterType
            # Reports only write what they are given to a file.
            if ($command.Noun -notlike '*Report' -and [NodeManager.ClusterObject].IsAssignableFrom($type) -and $parameter.Attributes.ValueFromPipeline -contains $true) {
                @{ Name = $command.Name; Type = $type; TakesRows = $parameter.Attributes.ForEach({ $_.GetType().Name }) -like '*RowsAttribute' -as [bool] }
            }
        }
    }
}

BeforeAll {
    Import-Module (Resolve-Path "$PSScriptRoot/../../NodeManager.psd1").Path -Force

    $arguments = @{
        'Set-NodeLabel' = @{ Label = @{ a = 'b' } }; 'Remove-NodeLabel' = @{ Key = 'a' }
        'Set-NodeAnnotation' = @{ Annotation = @{ a = 'b' } }; 'Remove-NodeAnnotation' = @{ Key = 'a' }
        'Set-NodeTaint' = @{ Key = 'a'; Effect = 'NoSchedule' }; 'Remove-NodeTaint' = @{ Key = 'a' }
        'Set-NodeProvider' = @{ ManagedTag = 'tag' }; 'Set-NodePoolUpdate' = @{ MaxSurge = 1 }
        'New-NodePool' = @{ Name = 'other' }; 'Resize-NodePool' = @{ NodeCount = 1 }; 'Set-NodePool' = @{ Label = @{ a = 'b' } }
        'Set-NodePoolStatus' = @{ ControllerName = 'c'; Condition = @{ Type = 'Ready'; Status = 'True' } }; 'Wait-NodePool' = @{ Timeout = 1 }
        'Wait-ClusterNode' = @{ Timeout = 1 }; 'Invoke-NodeCommand' = @{ Command = 'uptime' }; 'Wait-NodeMaintenance' = @{ Timeout = 1 }
        'New-NodeAlertSilence' = @{ Reason = 'a reason' }
    }

    # What these commands take beside nodes.
    $types = @{
        'Get-NodeMaintenance' = 'NodeMaintenanceRun'; 'Get-PodLog' = 'NodePod'
        'Get-Machine' = 'NodeProvider'; 'Remove-NodeProvider' = 'NodeProvider'; 'Set-NodeProvider' = 'NodeProvider'; 'Test-NodeProvider' = 'NodeProvider'
        'Clear-SandboxFault' = 'SandboxFault'; 'New-NodeAlertSilence' = 'NodeAlert'; 'Remove-NodeAlertSilence' = 'NodeAlertSilence'; 'Unregister-SchedulerPlugin' = 'SchedulerPluginDefinition'
    }

    # As a file or another process gives objects back: without their class. All of them now name the second cluster, whose identity is another one.
    function Get-Row($Object, $Cluster) {
        [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($Object, 2))
        $Object | ConvertTo-Csv | ConvertFrom-Csv
        $Object | ConvertTo-Json -Depth 3 -WarningAction SilentlyContinue | ConvertFrom-Json
    }

    function Get-Mark($Session) {
        Get-ClusterNode -Session $Session | ForEach-Object { "$($_.Name) $($_.Unschedulable) $($_.Labels) $($_.Annotations) $($_.Taints)" }
    }

    function Get-Sample([type] $Type, $Session) {
        $node = (Get-ClusterNode -Session $Session)[0]
        switch ($Type.Name) {
            'ClusterObject' { $node }
            'SchedulerObject' { (Get-SchedulerConfiguration -Session $Session)[0] }
            'SchedulerConfigurationBackup' { (Get-SchedulerConfigurationBackup -Session $Session)[0] }
            'NodePool' { (Get-NodePool -Session $Session)[0] }
            default { [NodeManager.Tests.Objects]::Of($Type, $Session) }
        }
    }

    # Objects of classes that a new cluster has none of. Their origin is set as the module sets it.
    Add-Type -ReferencedAssemblies ([NodeManager.ClusterObject].Assembly.Location), System.Runtime -TypeDefinition @'
namespace NodeManager.Tests
{
    using System;
    using System.Reflection;

    public static class Objects
    {
        public static object Of(Type type, NodeManager.NodeManagerSession session)
        {
            object made = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            foreach (PropertyInfo property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                if (property.Name == "Cluster") property.SetValue(made, session.Cluster);
                else if (property.Name == "Session") property.SetValue(made, session);
                else if (property.PropertyType == typeof(string) && property.SetMethod != null && !property.Name.StartsWith("Cluster")) property.SetValue(made, "x");
            }

            return made;
        }
    }
}
'@

    $first = Connect-NodeManager -Sandbox
    $null = Backup-SchedulerConfiguration -Session $first
    $sample = @{}
    foreach ($type in 'ClusterObject', 'SchedulerObject', 'SchedulerConfigurationBackup', 'NodePool', 'Machine', 'NodeClaim', 'NodeMaintenanceRun', 'NodePoolUpdate', 'NodeProvider', 'SandboxFault', 'SchedulerPluginDefinition', 'NodeAlertSilence', 'NodeAlert') {
        $sample[$type] = Get-Sample ([Management.Automation.PSTypeName]"NodeManager.$type").Type $first
    }
    $pod = Get-NodePod -Session $first | Where-Object OwnerKind -EQ ReplicaSet | Select-Object -First 1
    $sample.NodePod = $pod
    $podRows = @(Get-Row $pod)
    $firstNode = (Get-ClusterNode -Session $first | Where-Object Name -EQ $pod.NodeName)
    Disconnect-NodeManager $first
    $second = Connect-NodeManager -Sandbox
    $before = Get-Mark $second
}

AfterAll {
    Get-NodeManagerSession | Disconnect-NodeManager
}

Describe 'The identity of a cluster' {
    It 'differs between embedded clusters of the same seed, and is on every object' {
        $first.ClusterUid | Should -Match '^[0-9a-f-]{36}$'
        $second.ClusterUid | Should -Not -Be $first.ClusterUid
        $pod.ClusterUid | Should -Be $first.ClusterUid
        $pod.NodeUid | Should -Be $firstNode.Uid
        $podRows.ClusterUid | Should -Be @($first.ClusterUid, $first.ClusterUid, $first.ClusterUid)
        $podRows.NodeUid | Should -Be @($pod.NodeUid, $pod.NodeUid, $pod.NodeUid)
    }

    It 'keeps a name from returning to another cluster' {
        $second.Cluster | Should -Not -Be $first.Cluster
    }

    It 'of a copy and of a restored cluster is their own' {
        $file = Join-Path $TestDrive 'saved.json.gz'
        Export-Sandbox $file -Session $second
        $restored = Import-Sandbox $file
        $copy = New-Sandbox -From $second
        $copy.ClusterUid, $restored.ClusterUid, $second.ClusterUid | Sort-Object -Unique | Should -HaveCount 3
        Disconnect-NodeManager $copy
        Disconnect-NodeManager $restored
        Select-NodeManagerSession $second
    }
}

Describe 'An object of another cluster' {
    It 'is refused by <Name>, with and without its class' -ForEach $objects {
        $more = $arguments[$Name] ?? @{}
        if ((Get-Command $Name).Parameters.ContainsKey('Confirm')) { $more = $more + @{ Confirm = $false } }
        $typed = $sample[$types[$Name] ?? $Type.Name]
        $failures = @()
        $typed | & $Name @more -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'SessionNotFound,*' -Because 'the session of its name is closed'
        if (-not $TakesRows) { return }
        foreach ($row in Get-Row $typed) {
            $row.Cluster = $second.Cluster
            $failures = @()
            $row | & $Name @more -ErrorVariable failures -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'WrongCluster,*'
            $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        }
    }

    It 'was changed by none of them' {
        Get-Mark $second | Should -Be $before
    }
}

Describe 'A row without the identity of its cluster' {
    BeforeAll {
        $node = (Get-ClusterNode -Session $second -Status Ready | Where-Object Roles -NotContains 'control-plane')[0]
        $plain = [pscustomobject]@{ Name = $node.Name; Cluster = $second.Cluster }
        $withUid = [pscustomobject]@{ Name = $node.Name; Cluster = $second.Cluster; Uid = $node.Uid }
        $other = [pscustomobject]@{ Name = $node.Name; Cluster = $second.Cluster; Uid = 'another' }
    }

    It 'changes nothing without the UID of the node, and -Session is the way' {
        $plain | Set-NodeLabel -Label @{ a = 'b' } -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ClusterUnverified,*'
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Session*'
        ($plain | Set-NodeLabel -Label @{ a = 'b' } -Session $second -PassThru).Labels['a'] | Should -Be 'b'
        $plain | Remove-NodeLabel -Key a -Session $second
    }

    It 'is accepted with the UID of the node, and refused with that of another node' {
        ($withUid | Set-NodeLabel -Label @{ a = 'b' } -PassThru).Labels['a'] | Should -Be 'b'
        $withUid | Remove-NodeLabel -Key a
        foreach ($command in 'Set-NodeLabel', 'Get-ClusterNode', 'Get-NodePod', 'Get-NodeEvent', 'Get-NodeImage', 'Get-NodeLog', 'Get-NodeUsage', 'Test-NodeHealth', 'Wait-ClusterNode', 'Get-NodeDrainPlan') {
            $more = $arguments[$command] ?? @{}
            $other | & $command @more -ErrorVariable failures -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeReplaced,*' -Because $command
        }
    }

    It 'is read with a warning' {
        ($plain | Get-ClusterNode -WarningVariable warnings -WarningAction SilentlyContinue).Uid | Should -Be $node.Uid
        "$warnings" | Should -BeLike '*not certain*'
        $withUid | Get-ClusterNode -WarningVariable warnings -WarningAction SilentlyContinue | Should -Not -BeNullOrEmpty
        $warnings | Should -BeNullOrEmpty
    }
}

Describe 'A cluster at another address' {
    It 'is named in the confirmation' {
        $served = Connect-NodeManager -Sandbox -SandboxPort 0
        $node = (Get-ClusterNode -Session $served)[0]
        $other = Connect-NodeManager -Kubeconfig $served.KubeconfigPath
        $other.ClusterUid | Should -Be $served.ClusterUid
        $row = $node | Select-Object Name, Uid, Cluster, ClusterUid, ClusterServer
        $row.ClusterServer = 'https://old.example:6443/'
        # The host writes what -WhatIf says; a transcript takes it.
        Start-Transcript (Join-Path $TestDrive 'transcript.txt') | Out-Null
        $row | Suspend-NodeScheduling -Session $other -WhatIf
        Stop-Transcript | Out-Null
        $said = (Get-Content -Raw (Join-Path $TestDrive 'transcript.txt')) -replace '\s+', ' '
        $said | Should -BeLike '*https://old.example:6443/*'
        Disconnect-NodeManager $other
        Disconnect-NodeManager $served
    }
}

Describe 'A node that registered again' {
    It 'is not repaired in place of the node of the input' {
        $session = Connect-NodeManager -Sandbox
        $node = (Get-ClusterNode -Status Ready | Where-Object Roles -NotContains 'control-plane')[0]
        Set-SandboxFault NodeDown -Node $node.Name
        Wait-ClusterNode $node.Name -For NotReady -Timeout 5m
        $row = $node | Select-Object Name, Cluster, ClusterUid, @{ n = 'Uid'; e = { 'former' } }
        $row | Repair-ClusterNode -UnhealthyFor 0 -MinHealthy 0 -Action Cordon -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NodeReplaced,*'
        (Get-ClusterNode $node.Name).Unschedulable | Should -BeFalse
        Disconnect-NodeManager $session
    }
}
