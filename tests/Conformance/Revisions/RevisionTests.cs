using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Revisions;

/// <summary>The histories of DaemonSets and StatefulSets, and what goes back to them.</summary>
public sealed class RevisionTests
{
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";

    [SkippableTheory]
    [AllBackends("daemonsets", "DaemonSet")]
    [AllBackends("statefulsets", "StatefulSet")]
    public async Task Each_template_is_a_revision_and_a_rollback_makes_the_old_revision_the_newest(
        string backend,
        string plural,
        string kind
    )
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodesAsync(2);
        string path = await CreateAsync(cluster, plural, kind);
        JsonNode first = (await RevisionsAsync(cluster, 1))[0];
        Assert.Equal(
            ("app=set", kind, "replace"),
            (
                $"app={first["metadata"]!["labels"]!["app"]}",
                (string)first["metadata"]!["ownerReferences"]![0]!["kind"]!,
                (string)first["data"]!["spec"]!["template"]!["$patch"]!
            )
        );

        await cluster.SendAsync(
            "PATCH",
            path,
            """{"metadata":{"annotations":{"kubernetes.io/change-cause":"second"}},"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""",
            Merge
        );
        JsonNode[] two = await RevisionsAsync(cluster, 2);
        WireAnswer undone = await cluster.SendAsync("PATCH", path, first["data"]!.ToJsonString(), Strategic);
        Assert.Equal(HttpStatusCode.OK, undone.Code);

        JsonNode[] three = await Eventually.GetAsync(
            "a third number",
            () => RevisionsAsync(cluster, 2),
            all => (long)all[^1]["revision"]! == 3
        );
        Assert.Equal([1L, 2L], two.Select(one => (long)one["revision"]!));
        Assert.Equal((string)first["metadata"]!["name"]!, (string)three[^1]["metadata"]!["name"]!);
        Assert.Equal(["second", null], three.Select(static one => (string?)one["metadata"]!["annotations"]?["kubernetes.io/change-cause"]));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_of_a_StatefulSet_below_the_partition_keep_their_revision(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodesAsync(2);
        string path = await CreateAsync(
            cluster,
            "statefulsets",
            "StatefulSet",
            """{"rollingUpdate":{"partition":1},"type":"RollingUpdate"}"""
        );
        await cluster.WaitForReadyPodsAsync("app=set", 2);
        string before = await Eventually.GetAsync(
            "the first revision everywhere",
            async () => (string?)(await cluster.SendAsync("GET", path)).Json["status"]!["currentRevision"] ?? "",
            one => one.Length > 0
        );

        await cluster.SendAsync("PATCH", path, """{"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""", Merge);
        string after = await Eventually.GetAsync(
            "another revision",
            async () => (string)(await cluster.SendAsync("GET", path)).Json["status"]!["updateRevision"]!,
            one => one != before
        );
        await WaitForRevisionAsync(cluster, "set-1", after);
        string? uid = (await cluster.GetAsync(Resources.Pods, "set-0")).Metadata.Uid;
        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{cluster.Namespace}/pods/set-0?gracePeriodSeconds=0");
        JsonNode anew = await Eventually.GetAsync(
            "another set-0",
            async () => (await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}/pods/set-0")).Json,
            pod => (string?)pod["kind"] == "Pod" && (string?)pod["metadata"]!["uid"] != uid
        );

        Assert.Equal(before, (string)anew["metadata"]!["labels"]!["controller-revision-hash"]!);
        await Eventually.HoldsAsync(
            "counts",
            async () =>
                (await cluster.SendAsync("GET", path)).Json["status"] is { } status
                && (string?)status["currentRevision"] == before
                && (int?)status["updatedReplicas"] == 1
                && (int?)status["currentReplicas"] == 1
        );
        await cluster.SendAsync("PATCH", path, """{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}""", Merge);
        await WaitForRevisionAsync(cluster, "set-0", after);
        await Eventually.HoldsAsync(
            "complete",
            async () => (string?)(await cluster.SendAsync("GET", path)).Json["status"]!["currentRevision"] == after
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task With_OnDelete_only_recreated_pods_get_the_new_template(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodesAsync(2);
        string path = await CreateAsync(cluster, "statefulsets", "StatefulSet", """{"type":"OnDelete"}""");
        await cluster.WaitForReadyPodsAsync("app=set", 2);
        string old = (await cluster.GetAsync(Resources.Pods, "set-0")).Metadata.Labels!["controller-revision-hash"];

        await cluster.SendAsync("PATCH", path, """{"spec":{"template":{"metadata":{"annotations":{"round":"2"}}}}}""", Merge);
        string after = await Eventually.GetAsync(
            "another revision",
            async () => (string)(await cluster.SendAsync("GET", path)).Json["status"]!["updateRevision"]!,
            one => one != old
        );
        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{cluster.Namespace}/pods/set-1?gracePeriodSeconds=0");
        await WaitForRevisionAsync(cluster, "set-1", after);

        Assert.Equal(old, (await cluster.GetAsync(Resources.Pods, "set-0")).Metadata.Labels!["controller-revision-hash"]);
    }

    private static async Task<string> CreateAsync(TestCluster cluster, string plural, string kind, string? strategy = null)
    {
        string path = $"/apis/apps/v1/namespaces/{cluster.Namespace}/{plural}";
        JsonObject manifest = Manifests.Workload(
            kind,
            "set",
            new Dictionary<string, string> { ["app"] = "set" },
            cluster.Mark,
            kind == "DaemonSet" ? null : 2
        );
        if (kind == "StatefulSet")
            manifest["spec"]!["serviceName"] = "set";
        if (strategy is not null)
            manifest["spec"]!["updateStrategy"] = JsonNode.Parse(strategy);
        WireAnswer answer = await cluster.SendAsync("POST", path, manifest.ToJsonString());
        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
        return path + "/set";
    }

    private static Task<JsonNode[]> RevisionsAsync(TestCluster cluster, int count) =>
        Eventually.GetAsync<JsonNode[]>(
            $"{count} revisions",
            async () =>
                [
                    .. (
                        await cluster.SendAsync(
                            "GET",
                            $"/apis/apps/v1/namespaces/{cluster.Namespace}/controllerrevisions?labelSelector=app%3Dset"
                        )
                    ).Json["items"]!
                        .AsArray()
                        .OrderBy(one => (long)one!["revision"]!)
                        .Select(one => one!),
                ],
            all => all.Length == count
        );

    private static Task WaitForRevisionAsync(TestCluster cluster, string pod, string revision) =>
        Eventually.HoldsAsync(
            $"{pod} at {revision}",
            async () =>
                await cluster.ExistsAsync(Resources.Pods, pod)
                && (string?)
                    (await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}/pods/{pod}"))
                        .Json["metadata"]
                        ?["labels"]
                        ?["controller-revision-hash"] == revision
        );
}
