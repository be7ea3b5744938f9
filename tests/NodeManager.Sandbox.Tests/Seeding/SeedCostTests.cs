using System.Globalization;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Seeding;

/// <summary>Guards what a large cluster allocates and holds: it does not depend on the machine.</summary>
[Collection("Memory")]
public sealed class SeedCostTests(ITestOutputHelper output)
{
    private const int Few = 200,
        Many = 600;

    [Fact]
    public void A_seeded_node_with_ten_pods_allocates_and_holds_little()
    {
        // Once before, so that what is made once is there.
        Cost(Few);
        (long Allocated, long Held) few = Cost(Few),
            many = Cost(Many);
        long allocated = (many.Allocated - few.Allocated) / (Many - Few),
            held = (many.Held - few.Held) / (Many - Few);
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes allocated and {held} held for a node and its ten pods")
        );
        Assert.InRange(allocated, 1, 400_000);
        // Also none, where what earlier tests left is collected meanwhile.
        Assert.True(held <= 45_000, $"{held} bytes held for a node and its ten pods.");
    }

    private static (long Allocated, long Held) Cost(int nodes)
    {
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        long held = GC.GetTotalMemory(true),
            allocated = GC.GetTotalAllocatedBytes(true);
        DemoCluster.Write(cluster.Registry, nodes, 1, cluster.Catalog.Minor);
        allocated = GC.GetTotalAllocatedBytes(true) - allocated;
        held = GC.GetTotalMemory(true) - held;
        Assert.Equal(nodes, cluster.Registry.Store.List(BuiltInKinds.Nodes).Objects.Count);
        return (allocated, held);
    }
}
