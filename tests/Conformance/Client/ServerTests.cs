using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Client;

public sealed class ServerTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Capabilities_follow_the_version(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        VersionInfo version = await cluster.Client.GetVersionAsync(default);
        ServerCapabilities capabilities = await cluster.Client.GetCapabilitiesAsync(default);

        Assert.Equal(version.GitVersion, capabilities.Version);
        Assert.StartsWith($"v1.{capabilities.Minor}.", version.GitVersion, StringComparison.Ordinal);
        Assert.Equal(capabilities.Minor >= 22 ? "v1" : "v1beta1", capabilities.EvictionVersion);
        Assert.Equal(capabilities.Minor >= 21 ? "v1" : "v1beta1", capabilities.BudgetVersion);
        if (backend == Backend.OldSandbox)
            Assert.Equal(20, capabilities.Minor);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task PDBs_are_served_only_at_the_API_versions_of_the_release(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        var served = new List<string>();
        foreach (string version in (string[])["v1", "v1beta1"])
        {
            try
            {
                await cluster.Client.ListAsync(Resources.PodDisruptionBudgets(version), new() { Namespace = cluster.Namespace }, default);
                served.Add(version);
            }
            catch (KubernetesException e)
            {
                Assert.Equal(System.Net.HttpStatusCode.NotFound, e.Code);
            }
        }

        string[] expected = cluster.Capabilities.Minor switch
        {
            < 21 => ["v1beta1"],
            < 25 => ["v1", "v1beta1"],
            _ => ["v1"],
        };
        Assert.Equal(expected, served);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_administrator_is_allowed_to_evict_pods(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        SubjectAccessReviewStatus review = await cluster.Client.ReviewAccessAsync(
            new()
            {
                Verb = "create",
                Resource = "pods",
                Subresource = "eviction",
                Namespace = cluster.Namespace,
            },
            default
        );

        Assert.True(review.Allowed);
    }
}
