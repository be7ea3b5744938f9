using System.Diagnostics;
using System.Globalization;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Scale;

/// <summary>A large cluster is whole when it is up, and small.</summary>
[Collection("Memory")]
public sealed class LargeClusterTests(ITestOutputHelper output)
{
    private const int BytesPerPod = 16 * 1024;

    private static readonly int Nodes = ProofSize.Read("NODEMANAGER_LARGE_NODES", 300);

    [Fact]
    public void A_large_cluster_has_ten_running_pods_per_node_and_uses_little_memory()
    {
        long before = GC.GetTotalMemory(true);
        long start = Stopwatch.GetTimestamp();
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = Nodes });
        TimeSpan lasted = Stopwatch.GetElapsedTime(start);
        DocumentStore store = cluster.Registry.Store;
        StoredObject[] pods = [.. store.List(BuiltInKinds.Pods).Objects.Walk()];
        Assert.Equal(Nodes, store.List(BuiltInKinds.Nodes).Objects.Count);
        Assert.InRange(pods.Length, Nodes * 9.5, Nodes * 10.5);
        Assert.All(pods, static pod => Assert.NotEqual("", pod.Field("spec.nodeName")));
        Assert.DoesNotContain(pods, static pod => pod.Field("status.phase") is "Pending" or "Failed");

        long bytes = GC.GetTotalMemory(true) - before;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Nodes} nodes, {pods.Length} pods: {lasted.TotalSeconds:0.0} s, {bytes / 1048576} MB managed"
            )
        );
        // Fewer than none where what earlier tests left is collected meanwhile.
        Assert.True(bytes / pods.Length <= BytesPerPod, $"{bytes / pods.Length} bytes a pod.");
    }

    [Fact]
    public void The_same_seed_gives_the_same_cluster_on_any_number_of_cores()
    {
        string[] first = Names(),
            second = Names();
        Assert.Equal(first, second);

        static string[] Names()
        {
            using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = 30, Seed = 7 });
            return
            [
                .. cluster
                    .Registry.Store.List(BuiltInKinds.Pods)
                    .Objects.Walk()
                    .Select(static pod => $"{pod.Namespace}/{pod.Name} {pod.Uid} {pod.Field("spec.nodeName")}"),
            ];
        }
    }
}
