using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Workloads;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;

namespace NodeManager.Conformance.Rehearsal;

/// <summary>A drain rehearsed on a copy tells what the drain of the source will do.</summary>
public sealed class CopyTests
{
    private static readonly DrainOptions Everything = new() { DeleteUnmanagedPods = true, DeleteEmptyDirData = true };

    [SkippableTheory]
    [AllBackends]
    public async Task Plan_and_drain_of_the_copy_equal_those_of_the_source(string backend)
    {
        await using TestCluster source = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await source.AddFullAndEmptyNodeAsync("web", 3);
        await source.AddBudgetAsync("web", "web", "minAvailable", 2, allows: 1);
        await source.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 2);
        await source.AddPodAsync("alone", full);
        await source.AddPodAsync("cache", full, DrainPlanTests.WithEmptyDir);
        NodeManagerSession original = await source.ConnectAsync();

        var sent = new ConcurrentBag<string>();
        using KubernetesClient reader = source.CreateClient(transport => new Recorder(transport, sent));
        SandboxCluster cluster = await SandboxCluster.CopyAsync(reader, new() { Speed = 10 }, static _ => { }, default);
        using NodeManagerSession copy = await SessionFactory.ConnectAsync(
            "copy",
            cluster.Server,
            cluster.CreateTransport(),
            cluster,
            NullLogger.Instance,
            cluster.Time,
            default
        );

        Assert.NotEmpty(sent);
        Assert.All(sent, method => Assert.Equal("GET", method));
        Assert.Equal(await PlacesAsync(original, source.Namespace), await PlacesAsync(copy, source.Namespace));
        Assert.Equal(await PlanAsync(original, full, new()), await PlanAsync(copy, full, new()));
        Assert.Equal(await PlanAsync(original, full, Everything), await PlanAsync(copy, full, Everything));

        NodeDrainResult rehearsed = Assert.Single(
            await DrainRun.DrainAsync(copy, [full], Everything with { Timeout = TimeSpan.FromMinutes(15) })
        );
        NodeDrainResult done = Assert.Single(await DrainRun.DrainAsync(original, [full], Everything));

        Assert.True(rehearsed.Status == NodeDrainStatus.Drained, rehearsed.Describe());
        Assert.Equal(done.Status, rehearsed.Status);
        Assert.Equal(Outcomes(done), Outcomes(rehearsed));
        // Labels of another Kubernetes version started no rollout.
        int sets = (await copy.Connection().Client.ListAsync(Resources.ReplicaSets, new() { Namespace = source.Namespace }, default))
            .Items
            .Count;
        Assert.Equal(1, sets);
        Assert.DoesNotContain(sent, static method => method != "GET");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_copy_contains_histories_and_custom_resources(string backend)
    {
        await using TestCluster source = await TestCluster.StartAsync(backend, workloads: true);
        await source.AddNodeAsync();
        Workload set = await Workload.CreateAsync(source, "apps", "daemonsets", "agent", "{}");
        await source.WaitForReadyPodsAsync("app=agent", 1);
        await set.PatchAsync("""{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}""");
        await set.UntilAsync(
            "rolled out",
            static status =>
                (int?)status["observedGeneration"] == 2
                && (int?)status["updatedNumberScheduled"] == 1
                && (int?)status["numberAvailable"] == 1
        );
        // The former pod is deleted a moment after its containers have ended.
        await Eventually.HoldsAsync(
            "one pod",
            async () => (await source.Client.ListAsync(Resources.Pods, new() { Namespace = source.Namespace }, default)).Items.Count == 1
        );
        string group = $"x{source.Id}.example.com";
        await source.EnsureAsync(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            JsonNode
                .Parse(
                    $$"""
                    {"metadata":{"name":"gadgets.{{group}}"},"spec":{"group":"{{group}}","scope":"Namespaced","names":{"plural":"gadgets","kind":"Gadget","listKind":"GadgetList","singular":"gadget"},
                    "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"size":{"type":"integer"} } } } }]} }
                    """
                )!
                .AsObject()
        );
        string gadgets = $"/apis/{group}/v1/namespaces/{source.Namespace}/gadgets";
        await Eventually.HoldsAsync(
            "a gadget",
            async () =>
                (int)
                    (
                        await source.SendAsync(
                            "POST",
                            gadgets,
                            $$"""{"apiVersion":"{{group}}/v1","kind":"Gadget","metadata":{"name":"one"},"size":3}"""
                        )
                    ).Code
                    is 201
                        or 409
        );

        using SandboxCluster cluster = await SandboxCluster.CopyAsync(source.Client, new(), static _ => { }, default);
        await source.SendAsync("DELETE", $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.{group}");
        using var http = new HttpClient(cluster.CreateTransport()) { BaseAddress = cluster.Server };

        Assert.Equal(3, (int)JsonNode.Parse(await http.GetStringAsync(gadgets + "/one"))!["size"]!);
        JsonArray revisions = JsonNode.Parse(
            await http.GetStringAsync($"/apis/apps/v1/namespaces/{source.Namespace}/controllerrevisions")
        )!["items"]!.AsArray();
        Assert.Equal([1, 2], revisions.Select(static one => (int)one!["revision"]!).Order());
        JsonNode pod = Assert.Single(
            JsonNode.Parse(await http.GetStringAsync($"/api/v1/namespaces/{source.Namespace}/pods?labelSelector=app%3Dagent"))![
                "items"
            ]!.AsArray()
        )!;
        JsonNode newest = revisions.Single(static one => (int)one!["revision"]! == 2)!;
        Assert.Equal(
            (string)newest["metadata"]!["labels"]!["controller-revision-hash"]!,
            (string)pod["metadata"]!["labels"]!["controller-revision-hash"]!
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Workloads_of_all_kinds_are_stable_in_the_copy(string backend)
    {
        await using TestCluster source = await TestCluster.StartAsync(backend, workloads: true);
        await source.AddNodesAsync(2);
        await source.AddWorkloadAsync(Resources.Deployments, "Deployment", "front", 2);
        await source.AddWorkloadAsync(Resources.StatefulSets, "StatefulSet", "store", 2);
        await source.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 2);
        NodeManagerSession original = await source.ConnectAsync();

        SandboxCluster cluster = await SandboxCluster.CopyAsync(source.Client, new() { Speed = 100 }, static _ => { }, default);
        using NodeManagerSession copy = await SessionFactory.ConnectAsync(
            "copy",
            cluster.Server,
            cluster.CreateTransport(),
            cluster,
            NullLogger.Instance,
            cluster.Time,
            default
        );
        string[] before = await PlacesAsync(copy, source.Namespace);

        // A controller's moment: it would delete or create by now what it held for out of date.
        await Task.Delay(TimeSpan.FromMinutes(3), cluster.Time);

        Assert.Equal(6, before.Length);
        Assert.Equal(before, await PlacesAsync(copy, source.Namespace));
        Assert.Equal(await PlacesAsync(original, source.Namespace), before);
        Dictionary<string, Pod> pods = (
            await original.Connection().Client.ListAsync(Resources.Pods, new() { Namespace = source.Namespace }, default)
        ).Items.ToDictionary(p => p.Metadata.Name);
        foreach (
            Pod pod in (await copy.Connection().Client.ListAsync(Resources.Pods, new() { Namespace = source.Namespace }, default)).Items
        )
            Assert.NotEqual(pods[pod.Metadata.Name].Metadata.Uid, pod.Metadata.Uid);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Finalizers_of_foreign_drivers_do_not_block_the_copy(string backend)
    {
        await using TestCluster source = await TestCluster.StartAsync(backend, workloads: true);
        string node = await source.AddNodeAsync(),
            volume = "vol-" + source.Id,
            attachment = "csi-" + source.Id;
        const string Attachments = "/apis/storage.k8s.io/v1/volumeattachments",
            Volumes = "/api/v1/persistentvolumes";
        string claims = $"/api/v1/namespaces/{source.Namespace}/persistentvolumeclaims";
        await MakeAsync(
            source,
            Volumes,
            $$"""
            {"metadata":{"name":"{{volume}}","finalizers":["example.com/driver"]},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"storageClassName":"none-{{source.Id}}",
            "persistentVolumeReclaimPolicy":"Retain","csi":{"driver":"example.com","volumeHandle":"one"},"claimRef":{"namespace":"{{source.Namespace}}","name":"data"} } }
            """
        );
        await MakeAsync(
            source,
            claims,
            $$"""
            {"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none-{{source.Id}}","volumeName":"{{volume}}","resources":{"requests":{"storage":"1Gi"} } } }
            """
        );
        await Eventually.HoldsAsync(
            "the claim bound",
            async () => (string?)(await source.SendAsync("GET", claims + "/data")).Json["status"]!["phase"] == "Bound"
        );
        await source.AddPodAsync(
            "db",
            node,
            static pod =>
                pod["spec"]!["volumes"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "data",
                        ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = "data" },
                    }
                )
        );
        await MakeAsync(
            source,
            Attachments,
            $$"""
            {"metadata":{"name":"{{attachment}}","finalizers":["external-attacher/example-com"]},"spec":{"attacher":"example.com","nodeName":"{{node}}","source":{"persistentVolumeName":"{{volume}}"} } }
            """
        );

        SandboxCluster cluster = await SandboxCluster.CopyAsync(source.Client, new() { Speed = 10 }, static _ => { }, default);
        using NodeManagerSession copy = await SessionFactory.ConnectAsync(
            "copy",
            cluster.Server,
            cluster.CreateTransport(),
            cluster,
            NullLogger.Instance,
            cluster.Time,
            default
        );
        foreach (string path in new[] { $"{Attachments}/{attachment}", $"{Volumes}/{volume}" })
        {
            await source.SendAsync("PATCH", path, """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
            await source.SendAsync("DELETE", path);
        }

        using var http = new HttpClient(cluster.CreateTransport()) { BaseAddress = cluster.Server };
        Assert.Single(await AttachedAsync());
        NodeDrainResult rehearsed = Assert.Single(
            await DrainRun.DrainAsync(copy, [node], Everything with { Timeout = TimeSpan.FromMinutes(15) })
        );
        Assert.True(rehearsed.Status == NodeDrainStatus.Drained, rehearsed.Describe());
        Assert.Empty(await AttachedAsync());
        foreach (string path in new[] { $"{claims}/data", $"{Volumes}/{volume}" })
            await http.DeleteAsync(path);
        await Eventually.HoldsAsync(
            "claim and volume gone",
            async () => !await IsThereAsync($"{claims}/data") && !await IsThereAsync($"{Volumes}/{volume}")
        );

        // Of this node alone: tests share the real cluster, and others' pods with volumes are copied too.
        async Task<JsonNode?[]> AttachedAsync() =>
            [
                .. JsonNode.Parse(await http.GetStringAsync(Attachments))!["items"]!
                    .AsArray()
                    .Where(one => (string?)one!["spec"]!["nodeName"] == node),
            ];

        async Task<bool> IsThereAsync(string path)
        {
            using HttpResponseMessage answer = await http.GetAsync(path);
            return answer.StatusCode != HttpStatusCode.NotFound;
        }
    }

    private static async Task MakeAsync(TestCluster cluster, string collection, string manifest)
    {
        WireAnswer answer = await cluster.SendAsync("POST", collection, manifest);
        Assert.True((int)answer.Code == 201, answer.Text);
    }

    private static async Task<string[]> PlacesAsync(NodeManagerSession session, string ns) =>
        [
            .. (await session.Connection().Client.ListAsync(Resources.Pods, new() { Namespace = ns }, default))
                .Items.Select(p => $"{p.Metadata.Name} on {p.Spec.NodeName} {p.Status.Phase} {TestCluster.IsReady(p)}")
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<string[]> PlanAsync(NodeManagerSession session, string node, DrainOptions options)
    {
        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(session, [node], options, default));
        return
        [
            $"{plan.CanDrain} {plan.Evict} {plan.BlockedByBudget}",
            .. plan.Pods.Select(p => $"{p.Name}: {p.Decision} {p.Reason} {p.BlockedByBudget} {p.Owner}").Order(StringComparer.Ordinal),
        ];
    }

    private static string[] Outcomes(NodeDrainResult result) =>
        [.. result.Pods.Select(p => $"{p.Name}: {p.Outcome}").Order(StringComparer.Ordinal)];

    private sealed class Recorder(HttpMessageHandler inner, ConcurrentBag<string> sent) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            sent.Add(request.Method.Method);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
