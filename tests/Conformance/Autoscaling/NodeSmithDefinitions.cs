using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;
using NodeManager.Providers;
using NodeManager.Testing;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>The definitions in <c>deploy/crds</c>, and the seed's samples. Tests that run side by side on one server share them.</summary>
internal static class NodeSmithDefinitions
{
    private static readonly string[] Plurals = ["nodesmithclaims", "nodesmithcontrolplanes", "nodesmithpools", "nodesmithproviders"];

    private static readonly string Root = RepositoryFolder.Path;

    // As every program that plans.
    [ModuleInitializer]
    internal static void RegisterProviders() => BuiltInMachineProviders.Register();

    /// <summary>Creates all four and awaits that they are served.</summary>
    public static Task InstallAsync(TestCluster cluster) => cluster.PrepareAsync("NodeSmith", () => DefineAsync(cluster));

    private static async Task DefineAsync(TestCluster cluster)
    {
        foreach (string plural in Plurals)
        {
            string text = await File.ReadAllTextAsync(Path.Combine(Root, "deploy", "crds", plural + ".yaml"));
            WireAnswer answer = await cluster.SendAsync("POST", CustomKind.Definitions, text, "application/yaml");
            Assert.True(answer.Code is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.Text);
        }

        foreach (string plural in Plurals)
        {
            await Eventually.HoldsAsync(
                $"{plural} served",
                async () => (await cluster.SendAsync("GET", $"/apis/{NodeSmithNames.ApiVersion}/{plural}")).Code == HttpStatusCode.OK
            );
            JsonNode definition = (await cluster.SendAsync("GET", $"{CustomKind.Definitions}/{plural}.{NodeSmithNames.Group}")).Json;
            Assert.DoesNotContain(
                definition["status"]!["conditions"]!.AsArray(),
                static one => (string?)one!["type"] == "NonStructuralSchema" && (string?)one["status"] == "True"
            );
        }
    }

    /// <summary>Creates the definition of CapacityBuffers, and awaits that they are served.</summary>
    public static async Task InstallBuffersAsync(TestCluster cluster)
    {
        WireAnswer answer = await cluster.SendAsync(
            "POST",
            CustomKind.Definitions,
            await File.ReadAllTextAsync(Path.Combine(Root, "deploy", "crds", "capacitybuffers.yaml")),
            "application/yaml"
        );
        Assert.True(answer.Code is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.Text);
        cluster.CleanAtEnd("/apis/autoscaling.x-k8s.io/v1beta1/{0}/capacitybuffers");
        await Eventually.HoldsAsync(
            "buffers served",
            async () => (await cluster.SendAsync("GET", "/apis/autoscaling.x-k8s.io/v1beta1/capacitybuffers")).Code == HttpStatusCode.OK
        );
    }

    /// <summary>The text of a sample, moved to the test's namespace.</summary>
    public static async Task<string> ReadSampleAsync(TestCluster cluster, string kind)
    {
        string text = await File.ReadAllTextAsync(
            Path.Combine(Root, "tests", "Conformance", "Autoscaling", "Samples", $"kubenodesmith_v1alpha1_{kind}.yaml")
        );
        return text.Replace("  namespace: kubenodesmith\n", $"  namespace: {cluster.Namespace}\n", StringComparison.Ordinal);
    }

    /// <summary>The text of one of the seed's workloads, <c>echoserver</c> or <c>nginx</c>, as it is.</summary>
    public static Task<string> ReadWorkloadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(Root, "tests", "Conformance", "Autoscaling", "Samples", name + ".yaml"));

    public static string CollectionOf(TestCluster cluster, string plural) =>
        $"/apis/{NodeSmithNames.ApiVersion}/namespaces/{cluster.Namespace}/{plural}";
}
