using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A node that goes takes nothing with it that has to stay.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class ClaimSurgeTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_single_replica_with_minAvailable_1_moves_without_downtime_in_a_scale_down(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        Skip.If(!lab.Cluster.HasControllers, "Nobody schedules pods.");
        string mark = lab.Cluster.Id,
            name = $"leaves-{mark}";
        await lab.AddPoolAsync(template: $$$"""{"labels":{"test":"{{{mark}}}"}}""");
        await lab.RunAsync();
        await lab.AddClaimAsync(name);
        string leaving = (await lab.WaitForClaimAsync(name, AutoscalerLab.IsReady)).Status!.NodeName!;
        await lab.Cluster.AddWorkloadAsync(Resources.Deployments, "Deployment", "web", 1);
        await lab.Cluster.WaitForAsync(
            Resources.Deployments,
            "web",
            static one => one.Status.AvailableReplicas == 1 && one.Status.ObservedGeneration == one.Metadata.Generation
        );
        string stays = await lab.Cluster.AddNodeAsync();
        await lab.Cluster.AddBudgetAsync("one", "web", "minAvailable", 1, allows: 0);
        using var stop = new CancellationTokenSource();
        Task<int> fewest = BudgetTests.FewestReadyAsync(lab.Cluster, "app=web", stop.Token);

        await lab.DeleteAsync(NodeSmithResources.Claims, name);
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, name);
        await stop.CancelAsync();

        Assert.Equal(1, await fewest);
        Pod moved = Assert.Single(await lab.Cluster.WaitForReadyPodsAsync("app=web", 1));
        Assert.Equal(stays, moved.Spec.NodeName);
        await lab.Cluster.WaitForGoneAsync(Resources.Nodes, leaving);
        Assert.Empty(await lab.MachinesAsync());
    }
}
