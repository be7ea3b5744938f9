using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Store;

/// <summary>Guards what writes of controllers cost that change nothing, as nearly all do when a cluster starts: it does not depend on the machine.</summary>
public sealed class IdleWriteTests(ITestOutputHelper output)
{
    private const int Times = 100;

    [Theory]
    [InlineData("deployments")]
    [InlineData("replicasets")]
    [InlineData("poddisruptionbudgets")]
    public void A_write_that_changes_nothing_is_found_without_comparing_documents(string plural)
    {
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        DemoCluster.Write(cluster.Registry, 30, 1, cluster.Catalog.Minor);
        ResourceKind kind = BuiltInKinds.All.First(one => one.Plural == plural);
        StoredObject item = cluster.Registry.Store.List(kind).Objects.Walk().First();
        Write();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++)
            Write();
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Times;

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes for a write of {item.JsonLength} bytes"));
        Assert.Same(item, cluster.Registry.Store.Get(kind, item.Namespace, item.Name));
        Assert.InRange(allocated, 1, item.JsonLength * 10);

        void Write() =>
            cluster.Registry.UpdateStatus(
                kind,
                item.Namespace,
                item.Name,
                static document =>
                {
                    JsonObject status = document.Ensure("status");
                    status["observedGeneration"] = status["observedGeneration"]!.DeepClone();
                    return document;
                }
            );
    }
}
