using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Pools;

/// <summary>A pool whose control plane or provider is created after it, as with kubectl apply or between the two requests of New-NodePool.</summary>
public sealed class NewPoolTests
{
    [Theory]
    [InlineData("sim", false, "NotManaged")]
    [InlineData("later", true, "ProviderNotFound")]
    public async Task A_pool_is_unavailable_only_if_what_it_needs_is_missing_after_a_minute(string provider, bool hasPlane, string reason)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 30, plane: hasPlane, machines: null);
        NodeSmithPool pool = await lab.AddPoolAsync(provider: provider);
        await lab.RunAsync();

        NodeSmithPool judged = await lab.Cluster.WaitForAsync(
            NodeSmithResources.Pools,
            "small",
            static one => Of(one) is { Status: "False" }
        );

        Assert.Equal(reason, Of(judged)!.Reason);
        TimeSpan after = Of(judged)!.LastTransitionTime - pool.Metadata.CreationTimestamp!.Value;
        Assert.True(after >= TimeSpan.FromMinutes(1), $"{after}");
    }

    private static NodeSmithCondition? Of(NodeSmithPool pool) => pool.Status?.Conditions.Find(NodeSmithConditions.Available);
}
