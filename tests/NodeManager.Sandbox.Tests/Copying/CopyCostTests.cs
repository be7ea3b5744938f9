using System.Globalization;
using NodeManager.Kubernetes;
using NodeManager.Sandbox.Copying;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Copying;

/// <summary>Guards what a copy allocates: it does not depend on the machine.</summary>
[Collection("Memory")]
public sealed class CopyCostTests(ITestOutputHelper output)
{
    private const int Few = 50,
        Many = 250;

    [Fact]
    public async Task A_copied_node_with_ten_pods_allocates_little()
    {
        // Once before, so that what is made once is there.
        await CostAsync(Few);
        long cost = (await CostAsync(Many) - await CostAsync(Few)) / (Many - Few);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cost} bytes allocated for a node and its ten pods"));
        Assert.InRange(cost, 1, 700_000);
    }

    private static async Task<long> CostAsync(int nodes)
    {
        using SandboxCluster source = Still(),
            copy = Still();
        DemoCluster.Write(source.Registry, nodes, 1, source.Catalog.Minor);
        using var client = new KubernetesClient(source.Server, source.CreateTransport());
        IReadOnlyDictionary<ResourceKind, SourceList> all = await new SourceReader(client).ReadAllAsync(static _ => { }, default);
        long allocated = GC.GetTotalAllocatedBytes(true);
        new ClusterCopier(copy.Registry, 1).Write(all, new(SourceList.Empty, new Dictionary<(string, string), SourceList>()), copy.Catalog);
        allocated = GC.GetTotalAllocatedBytes(true) - allocated;
        Assert.Equal(nodes, copy.Registry.Store.List(BuiltInKinds.Nodes).Objects.Count);
        Assert.Equal(
            source.Registry.Store.List(BuiltInKinds.Pods).Objects.Count,
            copy.Registry.Store.List(BuiltInKinds.Pods).Objects.Count
        );
        return allocated;
    }

    private static SandboxCluster Still() => SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
}
