using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Client;

/// <summary>What other clients than ours rely on: kubectl, controllers, dashboards.</summary>
public sealed class WireTests
{
    [SkippableTheory]
    [AllBackends("GET", "/api/v1/gadgets", "", 404, "NotFound")]
    [AllBackends("GET", "/apis/no.such.group/v1/gadgets", "", 404, "")]
    [AllBackends("POST", "/api/v1/nodes", "{", 400, "BadRequest")]
    [AllBackends("POST", "/api/v1/nodes/some-node", "{}", 405, "MethodNotAllowed")]
    [AllBackends("GET", "/api/v1/nodes?limit=1&continue=garbage", "", 400, "BadRequest")]
    [AllBackends("GET", "/api/v1/nodes?fieldSelector=no.such%3Dfield", "", 400, "BadRequest")]
    [AllBackends("GET", "/api/v1/nodes?labelSelector=a%20in", "", 400, "BadRequest")]
    [AllBackends("GET", "/api/v1/namespaces/no-such/pods/no-such", "", 404, "NotFound")]
    public async Task Invalid_requests_are_refused_with_their_status(
        string backend,
        string method,
        string path,
        string body,
        int code,
        string reason
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        WireAnswer answer = await cluster.SendAsync(method, path, body.Length == 0 ? null : body);

        Assert.Equal((code, reason), ((int)answer.Code, reason.Length == 0 ? "" : answer.Reason));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_patch_of_an_unknown_type_is_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = (await cluster.AddNodesAsync(1, ready: false))[0];

        WireAnswer answer = await cluster.SendAsync("PATCH", $"/api/v1/nodes/{node}", "{}", "application/json");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "UnsupportedMediaType"), (answer.Code, answer.Reason));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_update_replaces_the_object_and_checks_the_resourceVersion(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/apis/coordination.k8s.io/v1/namespaces/{cluster.Namespace}/leases";
        WireAnswer created = await cluster.SendAsync(
            "POST",
            path,
            """{"metadata":{"name":"one","labels":{"a":"1"}},"spec":{"holderIdentity":"me"}}"""
        );
        JsonNode lease = created.Json;
        lease["metadata"]!.AsObject().Remove("labels");
        lease["spec"] = new JsonObject { ["leaseDurationSeconds"] = 5 };

        WireAnswer updated = await cluster.SendAsync("PUT", path + "/one", lease.ToJsonString());
        WireAnswer stale = await cluster.SendAsync("PUT", path + "/one", lease.ToJsonString());

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (created.Code, updated.Code));
        Assert.Equal((null, 5), (updated.Json["metadata"]!["labels"], updated.Json["spec"]!["leaseDurationSeconds"]!.GetValue<int>()));
        Assert.Null(updated.Json["spec"]!["holderIdentity"]);
        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (stale.Code, stale.Reason));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_collection_is_deleted_by_selector(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string path = $"/apis/coordination.k8s.io/v1/namespaces/{cluster.Namespace}/leases";
        await cluster.SendAsync("POST", path, """{"metadata":{"name":"one","labels":{"a":"1"}},"spec":{}}""");
        await cluster.SendAsync("POST", path, """{"metadata":{"name":"two","labels":{"a":"2"}},"spec":{}}""");

        WireAnswer deleted = await cluster.SendAsync("DELETE", path + "?labelSelector=a%3D1");

        Assert.Equal(HttpStatusCode.OK, deleted.Code);
        KubernetesList<Lease> left = await cluster.Client.ListAsync(Resources.Leases, new() { Namespace = cluster.Namespace }, default);
        Assert.Equal(["two"], left.Items.Select(l => l.Metadata.Name));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_future_resourceVersion_times_out(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        WireAnswer answer = await cluster.SendAsync(
            "GET",
            "/api/v1/nodes?resourceVersion=99999999&resourceVersionMatch=NotOlderThan&limit=0"
        );

        Assert.Equal((HttpStatusCode.GatewayTimeout, "Timeout"), (answer.Code, answer.Reason));
        Assert.Contains(answer.Json["details"]!["causes"]!.AsArray(), c => c!["reason"]!.GetValue<string>() == "ResourceVersionTooLarge");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_watch_can_start_with_existing_objects(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        // On by default since 1.32; the embedded cluster of today has it.
        Skip.If(cluster.Capabilities.Minor < 32, "the server is too old for sendInitialEvents");
        string path = $"/apis/coordination.k8s.io/v1/namespaces/{cluster.Namespace}/leases";
        await cluster.SendAsync("POST", path, """{"metadata":{"name":"one"},"spec":{}}""");

        WireAnswer answer = await cluster.SendAsync(
            "GET",
            path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=2"
        );

        Assert.Equal(["ADDED", "BOOKMARK"], answer.Lines.Take(2).Select(l => l["type"]!.GetValue<string>()));
        Assert.Equal("true", answer.Lines[1]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Discovery_lists_the_served_resources(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        JsonNode groups = (await cluster.SendAsync("GET", "/apis")).Json;
        JsonNode core = (await cluster.SendAsync("GET", "/api/v1")).Json;

        string[] names = [.. groups["groups"]!.AsArray().Select(g => g!["name"]!.GetValue<string>())];
        Assert.Superset(new HashSet<string> { "apps", "policy", "coordination.k8s.io", "storage.k8s.io" }, new HashSet<string>(names));
        JsonNode nodes = core["resources"]!.AsArray().Single(r => r!["name"]!.GetValue<string>() == "nodes")!;
        Assert.Equal(("Node", false), (nodes["kind"]!.GetValue<string>(), nodes["namespaced"]!.GetValue<bool>()));
        Assert.Equal("no", nodes["shortNames"]![0]!.GetValue<string>());
        Assert.Contains(core["resources"]!.AsArray(), r => r!["name"]!.GetValue<string>() == "pods/eviction");
    }
}
