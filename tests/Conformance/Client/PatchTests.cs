using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Client;

public sealed class PatchTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_merge_patch_sets_and_removes_only_its_fields(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await AddNodeAsync(cluster);

        Node patched = await PatchAsync(
            cluster,
            node,
            Patch.Merge(Parse("""{"metadata":{"labels":{"a":"1","test":null},"annotations":{"b":"2"}}}"""))
        );

        Assert.Equal("1", patched.Metadata.Labels!["a"]);
        Assert.DoesNotContain("test", patched.Metadata.Labels.Keys);
        Assert.Equal(node, patched.Metadata.Labels["kubernetes.io/hostname"]);
        Assert.Equal("2", patched.Metadata.Annotations!["b"]);
        Assert.Equal("32Gi", patched.Status.Capacity!["memory"].Text);

        // For the clean-up, which goes by the label.
        await PatchAsync(
            cluster,
            node,
            Patch.Merge(new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["test"] = cluster.Id } } })
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_patch_without_effect_creates_no_resourceVersion(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonObject lease = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "one",
                ["labels"] = new JsonObject { ["a"] = "1" },
            },
        };
        Lease before = await cluster.CreateAsync(Resources.Leases, lease);

        Lease after = await cluster.Client.PatchAsync(
            Resources.Leases,
            "one",
            cluster.Namespace,
            Patch.Merge(Parse("""{"metadata":{"labels":{"a":"1"}}}""")),
            null,
            RequestOptions.Default,
            default
        );

        Assert.Equal(before.Metadata.ResourceVersion, after.Metadata.ResourceVersion);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_stale_resourceVersion_is_a_conflict_and_another_UID_is_invalid(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await AddNodeAsync(cluster);
        Node node = await cluster.GetAsync(Resources.Nodes, name);
        string stale = node.Metadata.ResourceVersion!;
        await PatchAsync(cluster, name, Patch.Merge(Parse("""{"metadata":{"labels":{"a":"1"}}}""")));

        await Refusal.OfAsync(
            HttpStatusCode.Conflict,
            "Conflict",
            () =>
                PatchAsync(
                    cluster,
                    name,
                    Patch.Merge(
                        Parse(
                            """{"metadata":{"resourceVersion":"STALE","labels":{"a":"2"}}}""".Replace(
                                "STALE",
                                stale,
                                StringComparison.Ordinal
                            )
                        )
                    )
                )
        );
        await Refusal.OfAsync(
            HttpStatusCode.UnprocessableEntity,
            "Invalid",
            () => PatchAsync(cluster, name, Patch.Strategic(Parse("""{"metadata":{"uid":"another","labels":{"a":"2"}}}""")))
        );

        Assert.Equal("1", (await cluster.GetAsync(Resources.Nodes, name)).Metadata.Labels!["a"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_json_patch_adds_replaces_removes_and_tests(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await AddNodeAsync(cluster);

        Node patched = await PatchAsync(
            cluster,
            node,
            Patch.Json(
                JsonNode
                    .Parse(
                        """
                        [
                          {"op": "add", "path": "/metadata/labels/example.com~1a", "value": "1"},
                          {"op": "test", "path": "/metadata/labels/example.com~1a", "value": "1"},
                          {"op": "replace", "path": "/metadata/labels/example.com~1a", "value": "2"},
                          {"op": "add", "path": "/spec/taints", "value": [{"key": "k", "effect": "NoSchedule"}]},
                          {"op": "remove", "path": "/metadata/labels/kubernetes.io~1hostname"}
                        ]
                        """
                    )!
                    .AsArray()
            )
        );

        Assert.Equal("2", patched.Metadata.Labels!["example.com/a"]);
        Assert.DoesNotContain("kubernetes.io/hostname", patched.Metadata.Labels.Keys);
        Assert.Contains(patched.Spec.Taints!, t => t is { Key: "k", Effect: "NoSchedule" });
        await Refusal.OfAsync(
            HttpStatusCode.UnprocessableEntity,
            "Invalid",
            () =>
                PatchAsync(
                    cluster,
                    node,
                    Patch.Json(
                        JsonNode
                            .Parse(
                                """[{"op": "test", "path": "/metadata/labels/example.com~1a", "value": "1"}, {"op": "remove", "path": "/metadata/labels"}]"""
                            )!
                            .AsArray()
                    )
                )
        );
        Assert.NotEmpty((await cluster.GetAsync(Resources.Nodes, node)).Metadata.Labels!);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Conditions_merge_by_type_in_a_strategic_patch_and_are_replaced_in_a_merge_patch(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await AddNodeAsync(cluster);
        JsonObject problem = Parse("""{"status":{"conditions":[{"type":"KernelDeadlock","status":"True","reason":"Seen"}]}}""");

        Node strategic = await PatchAsync(cluster, node, Patch.Strategic(problem), "status");
        Node merge = await PatchAsync(cluster, node, Patch.Merge(problem), "status");

        Assert.Contains(strategic.Status.Conditions!, c => c is { Type: "KernelDeadlock", Status: "True", Reason: "Seen" });
        Assert.Contains(strategic.Status.Conditions!, c => c.Type == "Ready");
        Assert.Equal(["KernelDeadlock"], merge.Status.Conditions!.Select(c => c.Type));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_strategic_patch_replaces_the_list_of_taints(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await AddNodeAsync(cluster);
        await PatchAsync(cluster, node, Patch.Strategic(Parse("""{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}""")));

        Node patched = await PatchAsync(
            cluster,
            node,
            Patch.Strategic(Parse("""{"spec":{"taints":[{"key":"b","effect":"NoSchedule"}]}}"""))
        );

        Assert.DoesNotContain(patched.Spec.Taints!, t => t.Key == "a");
        Assert.Contains(patched.Spec.Taints!, t => t.Key == "b");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Status_and_spec_are_changed_separately(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await AddNodeAsync(cluster);
        JsonObject both = Parse(
            """{"metadata":{"labels":{"a":"1"}},"spec":{"unschedulable":true},"status":{"capacity":{"example.com/unit":"3"}}}"""
        );

        Node status = await PatchAsync(cluster, node, Patch.Merge(both), "status");
        Node spec = await PatchAsync(
            cluster,
            node,
            Patch.Merge(Parse("""{"spec":{"unschedulable":true},"status":{"capacity":{"example.com/other":"3"}}}"""))
        );

        Assert.True(status.Status.Capacity!.ContainsKey("example.com/unit"));
        Assert.NotEqual(true, status.Spec.Unschedulable);
        Assert.True(spec.Spec.Unschedulable);
        Assert.False(spec.Status.Capacity!.ContainsKey("example.com/other"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Only_spec_changes_increase_the_generation(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonObject manifest = Manifests.Workload("ReplicaSet", "web", new Dictionary<string, string> { ["app"] = "web" }, cluster.Mark, 0);
        ReplicaSet created = await cluster.CreateAsync(Resources.ReplicaSets, manifest);

        ReplicaSet labelled = await PatchWorkloadAsync("""{"metadata":{"labels":{"a":"1"}}}""");
        ReplicaSet changed = await PatchWorkloadAsync("""{"spec":{"minReadySeconds":5}}""");

        Assert.Equal(
            (1L, 1L, 2L),
            (created.Metadata.Generation!.Value, labelled.Metadata.Generation!.Value, changed.Metadata.Generation!.Value)
        );

        Task<ReplicaSet> PatchWorkloadAsync(string patch) =>
            cluster.Client.PatchAsync(
                Resources.ReplicaSets,
                "web",
                cluster.Namespace,
                Patch.Merge(Parse(patch)),
                null,
                RequestOptions.Default,
                default
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_result_of_a_patch_is_validated(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await AddNodeAsync(cluster);

        await Refusal.OfAsync(
            HttpStatusCode.UnprocessableEntity,
            "Invalid",
            () => PatchAsync(cluster, node, Patch.Merge(Parse("""{"metadata":{"labels":{"good":"1","bad":"no spaces allowed"}}}""")))
        );
        await Refusal.OfAsync(
            HttpStatusCode.UnprocessableEntity,
            "Invalid",
            () => PatchAsync(cluster, node, Patch.Merge(Parse("""{"spec":{"taints":[{"key":"a","effect":"Sometimes"}]}}""")))
        );
        await Refusal.OfAsync(
            HttpStatusCode.NotFound,
            "NotFound",
            () => PatchAsync(cluster, "no-such", Patch.Merge(Parse("""{"metadata":{"labels":{"a":"1"}}}""")))
        );

        Assert.DoesNotContain("good", (await cluster.GetAsync(Resources.Nodes, node)).Metadata.Labels!.Keys);
    }

    private static async Task<string> AddNodeAsync(TestCluster cluster) =>
        (await cluster.AddNodesAsync(1, n => n.Annotate("fake-kubelet/ignore", "true").Ready(), ready: false))[0];

    private static Task<Node> PatchAsync(TestCluster cluster, string node, Patch patch, string? subresource = null) =>
        cluster.Client.PatchAsync(Resources.Nodes, node, null, patch, subresource, RequestOptions.Default, default);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
