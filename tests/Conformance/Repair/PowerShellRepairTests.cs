using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Repair;

/// <summary>Repairs as users run them: from PowerShell, with a kubeconfig.</summary>
public sealed class PowerShellRepairTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_repair_policy_is_limited_shown_applied_and_followed_by_a_job(string backend)
    {
        Skip.If(PowerShellProgram.Missing is not null, PowerShellProgram.Missing);
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        TestCluster cluster = lab.Cluster;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        await cluster.AddReplicaSetAsync("web", 6);
        await lab.BreakAsync(nodes[0]);

        JsonObject seen = await PowerShellProcess.RunAsync(
            cluster,
            $$"""
            $policy = @{ Selector = '{{cluster.Selector}}'; Namespace = '{{cluster.Namespace}}'; UnhealthyFor = 0; CoolDown = 0; Confirm = $false }
            $first, $second = '{{nodes[0]}}', '{{nodes[1]}}'
            $seen.Braked = Repair-ClusterNode @policy -Action Drain -MinHealthy 80% | Select-Object Node, Status, Reason
            $seen.Shown = Repair-ClusterNode @policy -Action Drain -MinHealthy 60% -WhatIf | Select-Object Node, Status, Reason
            $seen.CordonedAfterWhatIf = (Get-ClusterNode $first).Unschedulable
            $seen.Drained = Repair-ClusterNode @policy -Action Drain -MinHealthy 60% | Select-Object Node, Status, @{ n = 'Steps'; e = { "$($_.Steps)" } }
            $seen.CordonedAfterDrain = (Get-ClusterNode $first).Unschedulable
            $seen.PodsLeft = @(Get-NodePod $first | Where-Object Namespace -eq '{{cluster.Namespace}}').Count

            $job = Repair-ClusterNode @policy -Action Cordon -MinHealthy 0 -MaxPerPool 9 -AsJob -JobName repair
            $seen.JobType = (Get-Job repair).PSJobTypeName
            Set-NodeAnnotation $second -Annotation @{ 'fake-kubelet/ready' = 'false' } -Confirm:$false
            Wait-For { @($job.Output | Where-Object { $_.Node -eq $second -and $_.Status -eq 'Cordoned' }).Count }
            $seen.CordonedByJob = (Get-ClusterNode $second).Unschedulable
            Remove-NodeAnnotation $first, $second -Key fake-kubelet/ready -Confirm:$false
            function Get-Recovered { @($job.Output | Where-Object { $_.Status -eq 'Recovered' -and $_.Node -in $first, $second } | ForEach-Object Node | Sort-Object -Unique) }
            Wait-For { (Get-Recovered).Count -eq 2 } { $job.Output | ForEach-Object { "$($_.Node) $($_.Status) $($_.Reason) $($_.Message)" } }
            $seen.Recovered = Get-Recovered
            $seen.InService = @(Get-ClusterNode $first, $second | ForEach-Object Status)
            Stop-Job $job
            $seen.JobState = "$((Wait-Job $job -Timeout 60).State)"
            $seen.JobErrors = @($job.Error | ForEach-Object { "$_" })
            """
        );

        Assert.Equal((nodes[0], "Skipped", "TooFewHealthy"), OneOf(seen["Braked"]));
        Assert.Equal((nodes[0], "Planned", "Unhealthy"), OneOf(seen["Shown"]));
        Assert.Equal(
            (false, true, true),
            ((bool)seen["CordonedAfterWhatIf"]!, (bool)seen["CordonedAfterDrain"]!, (bool)seen["CordonedByJob"]!)
        );
        Assert.Equal(
            (nodes[0], "Drained", "Drain"),
            ((string)seen["Drained"]!["Node"]!, (string)seen["Drained"]!["Status"]!, (string)seen["Drained"]!["Steps"]!)
        );
        Assert.Equal((0, "NodeRepair", "Stopped"), ((int)seen["PodsLeft"]!, (string)seen["JobType"]!, (string)seen["JobState"]!));
        Assert.Equal([nodes[0], nodes[1]], seen["Recovered"]!.AsArray().Select(static one => (string)one!));
        Assert.Equal(["Ready", "Ready"], seen["InService"]!.AsArray().Select(static one => (string)one!));
        Assert.Empty(seen["JobErrors"]!.AsArray());
        foreach (string node in nodes)
            Assert.Null(await lab.ClaimOfAsync(node));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task The_machine_of_a_claim_is_replaced_while_an_autoscaler_runs(string backend)
    {
        Skip.If(PowerShellProgram.Missing is not null, PowerShellProgram.Missing);
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        TestCluster cluster = lab.Cluster;
        await lab.AddPoolAsync(min: 2, template: $$$"""{"labels":{"test":"{{{cluster.Id}}}"},"minimum":{"cpuCores":4,"memoryMiB":8192}}""");

        JsonObject seen = await PowerShellProcess.RunAsync(
            cluster,
            $$"""
            $there = @{ Namespace = '{{cluster.Namespace}}' }
            $autoscaler = Start-NodeAutoscaler @there -Confirm:$false
            Wait-For { @(Get-NodeClaim @there | Where-Object Status -eq Ready).Count -eq 2 }
            $claim = Get-NodeClaim @there | Sort-Object Name | Select-Object -First 1
            Set-NodeAnnotation $claim.Node -Annotation @{ 'fake-kubelet/ready' = 'false' } -Confirm:$false
            Wait-For { (Get-ClusterNode $claim.Node).Status -match 'NotReady' }
            $policy = @{ Action = 'Replace'; UnhealthyFor = 0; CoolDown = 0; MinHealthy = '0'; Confirm = $false }
            $seen.Shown = Repair-ClusterNode $claim.Node @policy @there -WhatIf | Select-Object Node, Status, Reason
            $seen.StillThere = (Get-NodeClaim $claim.Name @there).Uid -eq $claim.Uid
            $seen.Repaired = Repair-ClusterNode $claim.Node @policy @there | Select-Object Status, Message, @{ n = 'Steps'; e = { "$($_.Steps)" } }
            $seen.Node = $claim.Node
            $seen.Claim = $claim.Name
            $seen.Uid = $claim.Uid
            Wait-For { @(Get-NodeClaim @there | Where-Object Status -eq Ready).Count -eq 2 }
            Stop-NodeAutoscaler @there -Confirm:$false
            $null = Wait-Job $autoscaler -Timeout 60
            """
        );

        Assert.Equal(((string)seen["Node"]!, "Planned", "Unhealthy"), OneOf(seen["Shown"]));
        Assert.True((bool)seen["StillThere"]!);
        Assert.True((string)seen["Repaired"]!["Status"]! == "Repaired", seen.ToJsonString());
        Assert.Equal("Drain Replace", (string)seen["Repaired"]!["Steps"]!);
        Assert.Contains((string)seen["Claim"]!, (string)seen["Repaired"]!["Message"]!, StringComparison.Ordinal);
        List<NodeSmithClaim> claims = await lab.ClaimsAsync();
        Assert.Equal(2, claims.Count);
        Assert.DoesNotContain(claims, one => one.Metadata.Uid == (string)seen["Uid"]!);
        Assert.All(claims, static one => Assert.True(AutoscalerLab.IsReady(one)));
        Assert.Equal(
            2,
            (await cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = cluster.Selector }, default)).Items.Count(
                static node => node.Status.Conditions.IsTrue("Ready")
            )
        );
    }

    private static (string Node, string Status, string Reason) OneOf(JsonNode? result) =>
        ((string)result!["Node"]!, (string)result["Status"]!, (string)result["Reason"]!);
}
