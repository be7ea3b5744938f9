using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Scheduling;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Tests.Store;

/// <summary>A large cluster keeps no typed objects that nothing reads, and shares equal parts.</summary>
[Collection("Memory")]
public sealed class ModelMemoryTests
{
    private const int Changes = 600;

    [Fact]
    public void Outdated_versions_keep_no_typed_objects()
    {
        using var cluster = new TestCluster();
        List<WeakReference> models = Change(cluster.Cluster.Registry);
        Collect();

        // Controllers read the former version of a recent change.
        Assert.InRange(models.Count(static one => one.IsAlive), 1, Changes / 2);
    }

    [Fact]
    public void Only_recently_read_workloads_keep_typed_objects()
    {
        using var cluster = new TestCluster();
        StoredObject deployment = cluster.Cluster.Registry.Create(
            BuiltInKinds.Deployments,
            "default",
            JsonNode
                .Parse(
                    """{"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"""
                )!
                .AsObject()
        );
        StoredObject[] versions = [.. Enumerable.Range(1, BriefModels.Size + 1000).Select(version => deployment.At(version))];
        List<WeakReference> models = Read(versions);
        Collect();

        Assert.InRange(models.Count(static one => one.IsAlive), 0, BriefModels.Size);
        Assert.Equal("a", versions[0].As<Deployment>().Spec.Template.Metadata.Labels!["app"]);
    }

    [Fact]
    public void Versions_of_a_node_share_equal_parts()
    {
        using SandboxCluster cluster = Seeded();
        StoredObject before = cluster.Registry.Store.List(BuiltInKinds.Nodes).Objects.Walk().First();
        Node model = before.As<Node>();
        StoredObject after = cluster.Registry.UpdateStatus(
            before,
            static document => document["status"]!["conditions"]![0]!["reason"] = "Other"
        );

        Assert.Same(before.Uid, after.Uid);
        Assert.Same(before.Labels, after.Labels);
        Assert.Same(before.Labels, model.Metadata.Labels);
        Assert.Same(model.Status.Capacity, after.As<Node>().Status.Capacity);
        Assert.NotSame(model.Status.Capacity, model.Status.Allocatable);
        StoredObject labeled = cluster.Registry.Update(after, static document => document["metadata"]!["labels"]!["a"] = "b");
        Assert.Equal("b", labeled.Labels!["a"]);
        Assert.False(after.Labels!.ContainsKey("a"));
    }

    [Fact]
    public void Bound_pods_of_a_workload_share_what_the_scheduler_keeps_of_them()
    {
        using SandboxCluster cluster = Seeded();
        // Daemon pods follow one another, as all pods of a workload in a large cluster.
        Pod[] pods =
        [
            .. cluster
                .Registry.Store.List(BuiltInKinds.Pods)
                .Objects.Walk()
                .Where(static pod => pod.Pattern is not null && pod.ControllerReference() is { Kind: "DaemonSet" })
                .Select(static pod => pod.As<Pod>()),
        ];
        BoundPods bound = new();
        Pod[] kept = [.. pods.Select(bound.Copy)];

        Assert.Equal(3, pods.Select(static pod => pod.Controller()!.Uid).Distinct().Count());
        Assert.Equal(3, kept.Select(static pod => pod.Status).Distinct(ReferenceEqualityComparer.Instance).Count());
        // Its own affinity, which names its node, is most of a daemon pod.
        Assert.All(kept, static pod => Assert.Null(pod.Spec.Affinity));
        Assert.All(kept, static pod => Assert.Null(pod.Metadata.ResourceVersion));
        Assert.All(kept, static pod => Assert.Null(pod.Status.PodIP));
        Assert.Contains(pods, static pod => pod.Spec.Affinity?.NodeAffinity is not null);
        Assert.All(
            pods.Zip(kept),
            static pair =>
            {
                Assert.Equal(pair.First.Spec.NodeName, pair.Second.Spec.NodeName);
                Assert.Same(pair.First.Spec.Containers, pair.Second.Spec.Containers);
                Assert.Equal(pair.First.Spec.Priority, pair.Second.Spec.Priority);
                Assert.Equal(
                    (pair.First.Status.Phase, pair.First.Status.StartTime),
                    (pair.Second.Status.Phase, pair.Second.Status.StartTime)
                );
                Assert.Equal(
                    (pair.First.Metadata.Name, pair.First.Metadata.Uid, pair.First.Metadata.CreationTimestamp),
                    (pair.Second.Metadata.Name, pair.Second.Metadata.Uid, pair.Second.Metadata.CreationTimestamp)
                );
                Assert.Same(pair.First.Metadata.Labels, pair.Second.Metadata.Labels);
            }
        );
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Change(ResourceRegistry registry)
    {
        List<WeakReference> models = [];
        StoredObject node = registry.Create(BuiltInKinds.Nodes, "", JsonNode.Parse("""{"metadata":{"name":"a"}}""")!.AsObject());
        for (int i = 0; i < Changes; i++)
        {
            models.Add(new(node.As<Node>()));
            node = registry.Update(node, document => document.Ensure("metadata")["annotations"] = new JsonObject { ["value"] = $"{i}" });
        }

        return models;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Read(StoredObject[] versions) =>
        [.. versions.Select(static one => new WeakReference(one.As<Deployment>()))];

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static SandboxCluster Seeded()
    {
        SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        DemoCluster.Write(cluster.Registry, 30, 1, cluster.Catalog.Minor);
        return cluster;
    }
}
