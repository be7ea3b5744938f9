using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Ownership;

namespace NodeManager.Conformance.Semantics;

/// <summary>Objects that the API server creates itself: some cannot be deleted, others come back.</summary>
public sealed class ServerObjectTests
{
    [SkippableTheory]
    [AllBackends("/api/v1/namespaces/default", "namespaces \"default\" is forbidden: this namespace may not be deleted")]
    [AllBackends("/api/v1/namespaces/kube-system", "namespaces \"kube-system\" is forbidden: this namespace may not be deleted")]
    [AllBackends("/api/v1/namespaces/kube-public?dryRun=All", "namespaces \"kube-public\" is forbidden: this namespace may not be deleted")]
    [AllBackends(
        "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical",
        "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted"
    )]
    public async Task Required_system_objects_cannot_be_deleted(string backend, string path, string message)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        WireAnswer refused = await cluster.SendAsync("DELETE", path);

        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden", message), (refused.Code, refused.Reason, (string?)refused.Json["message"]));
        JsonNode kept = await cluster.ReadAsync(path.Split('?')[0]);
        Assert.Null(kept["metadata"]!["deletionTimestamp"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_kubernetes_Service_is_recreated(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, speed: 20);
        const string Path = "/api/v1/namespaces/default/services/kubernetes";
        JsonNode before = await cluster.ReadAsync(Path);

        (await cluster.SendAsync("DELETE", Path)).Must(HttpStatusCode.OK);
        WireAnswer after = await Eventually.GetAsync(
            "the service",
            () => cluster.SendAsync("GET", Path),
            static answer => answer.Code == HttpStatusCode.OK
        );

        Assert.NotEqual((string?)before["metadata"]!["uid"], (string?)after.Json["metadata"]!["uid"]);
        Assert.Equal(before["metadata"]!["labels"]!.ToJsonString(), after.Json["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal((string?)before["spec"]!["clusterIP"], (string?)after.Json["spec"]!["clusterIP"]);
    }
}
