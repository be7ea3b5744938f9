using System.Buffers;
using System.Text;
using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;

namespace NodeManager.Sandbox.Tests.Seeding;

/// <summary>Deployments that share what they have in common are what each would be by itself.</summary>
public sealed class DeploymentPatternTests
{
    private const int Seed = 1;

    [Theory]
    [InlineData("1.37")]
    [InlineData("1.20")]
    public void The_objects_of_a_Deployment_equal_those_that_are_made_alone(string version)
    {
        using SandboxCluster cluster = Start(version);
        int minor = cluster.Catalog.Minor;
        SeedWriter writer = new(cluster.Registry, Seed);
        PodSeeds pods = new(writer, new(new NodeSeeds(writer, Seed, minor).Write(60)), minor);
        DeploymentSeeds seeds = new(writer, pods, new(minor), Seed, minor);
        HashSet<DeploymentPattern> patterns = [];
        foreach (Workload workload in DemoWorkloads.More(500, Seed))
        {
            (DeploymentTexts texts, List<(SeedNode Node, PodTexts Texts)> placed) = seeds.Place(workload);
            DeploymentPattern pattern = seeds.PatternOf(workload, placed[0].Node);
            patterns.Add(pattern);
            StoredObject[] alone = [.. seeds.Make(texts, placed)],
                alike = [.. pattern.Make(texts, placed)];
            Assert.Equal(workload.Replicas + (workload.HasBudget ? 3 : 2), alone.Length);
            Assert.Equal(alone.Length, alike.Length);
            foreach ((StoredObject expected, StoredObject actual) in alone.Zip(alike))
                Assert.Equal(Describe(expected.At(1)), Describe(actual.At(1)));
        }

        Assert.InRange(patterns.Count, 4, 8);
    }

    [Fact]
    public void A_large_cluster_stores_few_documents_of_its_Deployments_completely()
    {
        using SandboxCluster cluster = Start("1.37");
        DemoCluster.Write(cluster.Registry, 200, Seed, cluster.Catalog.Minor);
        foreach (ResourceKind kind in (ResourceKind[])[BuiltInKinds.Deployments, BuiltInKinds.ReplicaSets, BuiltInKinds.Pods])
        {
            StoredObject[] all = [.. cluster.Registry.Store.List(kind).Objects.Walk()];
            Assert.InRange(all.Count(static item => item.Pattern is null), 0, all.Length / 10);
        }
    }

    // All that a stored object has.
    private static string Describe(StoredObject item)
    {
        ArrayBufferWriter<byte> owners = new();
        item.WriteOwners(owners);
        KubernetesObject typed =
            item.Kind == BuiltInKinds.Pods ? item.As<Pod>()
            : item.Kind == BuiltInKinds.Deployments ? item.As<Deployment>()
            : item.Kind == BuiltInKinds.ReplicaSets ? item.As<ReplicaSet>()
            : item.As<PodDisruptionBudget>();
        return string.Join(
            '\n',
            item.Kind.Plural,
            item.Namespace,
            item.Name,
            item.Uid,
            item.IsDeleting,
            JsonSerializer.Serialize(item.Labels),
            JsonSerializer.Serialize(item.OwnerUids),
            JsonSerializer.Serialize(item.ControllerReference()),
            string.Join(' ', Enumerable.Range(0, item.Kind.SelectableFields.Length).Select(item.Field)),
            Encoding.UTF8.GetString(item.Json.Span),
            item.JsonLength,
            Encoding.UTF8.GetString(owners.WrittenSpan),
            item.Owners.ToJson().ToJsonString(),
            JsonSerializer.Serialize(typed, typed.GetType())
        );
    }

    private static SandboxCluster Start(string version) =>
        SandboxCluster.StartStill(new() { Nodes = 0, Version = version }, DocumentStore.DefaultLogCapacity);
}
