using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>A provider that adds memory to each machine: a claim counts as much against the limits before its node is there as after.</summary>
public sealed class MemoryLimitTests
{
    private const long Overhead = 2048;

    private static readonly NodeSmithProvider Provider = new()
    {
        Metadata = new() { Name = "p" },
        Spec = Spec($$"""{"type":"proxmox","proxmox":{"endpoint":"https://pve","vmMemOverheadMiB":{{Overhead}} } }"""),
    };

    [Theory]
    [InlineData(2 * (8192 + Overhead), 2)]
    [InlineData((2 * (8192 + Overhead)) - 1, 1)]
    [InlineData(2 * 8192, 1)]
    public void A_plan_counts_what_the_provider_adds_to_each_machine(long limit, int machines)
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Limits.MemoryMiB = limit;

        ScalePlan plan = ScalePlanner.Plan(Input(pool, Several(3, "3", "6Gi")) with { Providers = [Provider] });

        Assert.Equal(machines, plan.Machines.Count);
        // And beside a claim in flight one less.
        ScalePlan next = ScalePlanner.Plan(
            Input(pool, Several(3, "3", "6Gi")) with
            {
                Providers = [Provider],
                Claims = [Claim("n1", isReady: false)],
            }
        );
        Assert.Equal(machines - 1, next.Machines.Count);
    }

    [Fact]
    public void A_claim_counts_the_same_before_and_after_its_node_registers()
    {
        NodeSmithPool pool = Fours();
        NodeSmithClaim claim = Claim("n1", isReady: false);
        Node node = Node("n1", memory: $"{8192 + Overhead}Mi");

        PoolUse before = PoolUse.Of(pool, Provider, [claim], static _ => null),
            after = PoolUse.Of(pool, Provider, [claim], _ => node);

        Assert.Equal(((8192 + Overhead) << 20, before.MemoryBytes), (before.MemoryBytes, after.MemoryBytes));
        Assert.Equal(before.MemoryBytes * 2, before.WithMachine(4, 8192L << 20).MemoryBytes);
        // Without the provider, nodes show it.
        Assert.Equal(after.MemoryBytes * 2, PoolUse.Of(pool, null, [claim], _ => node).WithMachine(4, 8192L << 20).MemoryBytes);
    }
}
