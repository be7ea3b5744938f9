using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Semantics;

/// <summary>What writers are warned of.</summary>
public sealed class WarningTests
{
    // On no node: those of other tests are not to get these pods.
    private const string Template =
        """{"metadata":{"labels":{"app":"a"}},"spec":{"nodeSelector":{"no":"node"},"containers":[{"name":"a","image":"a"}]}}""";

    [SkippableTheory]
    [AllBackends("api/v1", "pods", "the Pod's hostname", """{"nodeSelector":{"no":"node"},"containers":[{"name":"a","image":"a"}]}""")]
    [AllBackends(
        "apis/apps/v1",
        "deployments",
        "Pod names and hostnames",
        """{"selector":{"matchLabels":{"app":"a"}},"replicas":0,"template":TEMPLATE}"""
    )]
    [AllBackends(
        "apis/apps/v1",
        "replicasets",
        "Pod names and hostnames",
        """{"selector":{"matchLabels":{"app":"a"}},"replicas":0,"template":TEMPLATE}"""
    )]
    [AllBackends(
        "apis/apps/v1",
        "statefulsets",
        "",
        """{"serviceName":"a","selector":{"matchLabels":{"app":"a"}},"replicas":0,"template":TEMPLATE}"""
    )]
    [AllBackends(
        "api/v1",
        "replicationcontrollers",
        "Pod names and hostnames",
        """{"selector":{"app":"a"},"replicas":0,"template":TEMPLATE}"""
    )]
    [AllBackends("apis/apps/v1", "daemonsets", "", """{"selector":{"matchLabels":{"app":"a"}},"template":TEMPLATE}""")]
    public async Task Names_that_are_not_valid_labels_are_warned_about(string backend, string group, string plural, string use, string spec)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/{group}/namespaces/{cluster.Namespace}/{plural}";
        JsonObject Document(string name) =>
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = JsonNode.Parse(spec.Replace("TEMPLATE", Template, StringComparison.Ordinal)),
            };

        IReadOnlyList<string> dotted = await cluster.WarningsAsync("POST", path, Document("a.b").ToJsonString()),
            plain = await cluster.WarningsAsync("POST", path, Document("a").ToJsonString());

        Assert.Empty(plain);
        if (cluster.Minor < 24 || use.Length == 0)
            Assert.Empty(dotted);
        else
            Assert.StartsWith(
                $"metadata.name: this is used in {use}, which can result in surprising behavior; a DNS label is recommended: [",
                Assert.Single(dotted),
                StringComparison.Ordinal
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_recycled_volume_causes_a_warning(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = "recycled-" + cluster.Id;
        string Volume(string policy) =>
            $$$"""
                {"metadata":{"name":"{{{name}}}"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"{{{policy}}}",
                 "storageClassName":"none","nfs":{"server":"none.invalid","path":"/"} } }
                """;

        IReadOnlyList<string> made = await cluster.WarningsAsync("POST", "/api/v1/persistentvolumes", Volume("Recycle"));
        IReadOnlyList<string> changed = await cluster.WarningsAsync(
            "PATCH",
            "/api/v1/persistentvolumes/" + name,
            """{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}""",
            "application/merge-patch+json"
        );
        await cluster.SendAsync("DELETE", "/api/v1/persistentvolumes/" + name);

        Assert.Empty(changed);
        if (cluster.Minor < 25)
            Assert.Empty(made);
        else
            Assert.Equal(
                "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
                Assert.Single(made)
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Many_warnings_are_truncated(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        var document = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "many" } };
        for (int i = 0; i < 1000; i++)
            document["unknown" + i] = "";

        IReadOnlyList<string> warnings = await cluster.WarningsAsync(
            "POST",
            $"/api/v1/namespaces/{cluster.Namespace}/configmaps?fieldValidation=Warn",
            document.ToJsonString()
        );

        Assert.Equal(cluster.Minor < 25 ? 0 : 100, warnings.Count);
    }
}
