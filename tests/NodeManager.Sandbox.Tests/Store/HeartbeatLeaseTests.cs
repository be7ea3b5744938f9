using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Store;

/// <summary>A renewal without parsing is the same write as any other.</summary>
public sealed class HeartbeatLeaseTests(ITestOutputHelper output)
{
    private const int Times = 100;
    private static readonly DateTimeOffset Renewed = DateTimeOffset.UtcNow.AddSeconds(20);

    [Fact]
    public void A_renewed_lease_is_as_the_registry_writes_it()
    {
        using SandboxCluster cluster = Seeded();
        ResourceRegistry kubelet = cluster.Registry.As(new("kubelet"));
        StoredObject lease = First(cluster);

        StoredObject quick = HeartbeatLease.Renew(lease, Renewed, kubelet.Now)!.At(lease.Version + 1);
        StoredObject written = kubelet.Update(
            lease,
            static document => document.Ensure("spec")["renewTime"] = ResourceRegistry.MicroTimestamp(Renewed)
        );

        Assert.Equal(written.ToJson().ToJsonString(), quick.At(written.Version).ToJson().ToJsonString());
        Assert.True(written.Owners.SameOwners(quick.Owners));
        Assert.Equal(Renewed.Ticks / 10, HeartbeatLease.RenewedAt(quick)!.Value.Ticks / 10);
        Assert.Equal((lease.Name, lease.Uid, lease.Namespace), (quick.Name, quick.Uid, quick.Namespace));
        Assert.Equal(lease.OwnerUids, quick.OwnerUids);
    }

    [Fact]
    public void The_registry_renews_a_lease_with_fields_of_others()
    {
        using SandboxCluster cluster = Seeded();
        StoredObject labeled = cluster
            .Registry.As(new("kubectl"))
            .Update(First(cluster), static document => document["metadata"]!["labels"] = new JsonObject { ["team"] = "a" });

        Assert.Null(HeartbeatLease.Renew(labeled, Renewed, cluster.Registry.Now));
    }

    [Fact]
    public void A_renewal_does_not_parse_the_lease()
    {
        using SandboxCluster cluster = Seeded();
        Renew();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++)
            Renew();
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Times;

        StoredObject lease = First(cluster);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes for a lease of {lease.JsonLength} bytes"));
        Assert.InRange(allocated, 1, lease.JsonLength * 8);

        void Renew()
        {
            StoredObject known = First(cluster);
            Assert.NotNull(cluster.Registry.Store.TryReplace(known, HeartbeatLease.Renew(known, Renewed, "2026-11-26T08:00:00Z")!));
        }
    }

    private static StoredObject First(SandboxCluster cluster) =>
        cluster.Registry.Store.List(BuiltInKinds.Leases).Objects.Walk(HeartbeatLease.Namespace).First();

    private static SandboxCluster Seeded()
    {
        SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        DemoCluster.Write(cluster.Registry, 30, 1, cluster.Catalog.Minor);
        return cluster;
    }
}
