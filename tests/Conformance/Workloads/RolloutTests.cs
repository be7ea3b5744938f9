using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Workloads;

/// <summary>How daemon sets and deployments roll out.</summary>
public sealed class RolloutTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_DaemonSet_with_maxSurge_deletes_an_old_pod_when_the_new_one_is_ready(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        Skip.If(cluster.Minor < 22, "1.20 cannot surge");
        await cluster.AddNodesAsync(2);
        Workload set = await Workload.CreateAsync(
            cluster,
            "apps",
            "daemonsets",
            "agent",
            """{"updateStrategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}"""
        );
        HashSet<string> before = [.. (await cluster.WaitForReadyPodsAsync("app=agent", 2)).Select(static pod => pod.Metadata.Uid!)];

        await set.PatchAsync("""{"spec":{"template":{"metadata":{"annotations":{"fake-kubelet/not-ready":"true"}}}}}""");

        for (int turn = 0; turn < 2; turn++)
        {
            int old = 2 - turn;
            IReadOnlyList<Pod> pods = await cluster.WaitForPodsAsync(
                "a second pod on one node",
                "app=agent",
                pods =>
                    pods.Count(pod =>
                        pod is { Status.Phase: "Running", Metadata.DeletionTimestamp: null }
                        && !before.Contains(pod.Metadata.Uid!)
                        && !TestCluster.IsReady(pod)
                    ) == 1
                    && pods.Count(pod => before.Contains(pod.Metadata.Uid!)) == old
            );
            Assert.Equal(
                old,
                pods.Count(pod => before.Contains(pod.Metadata.Uid!) && pod.Metadata.DeletionTimestamp is null && TestCluster.IsReady(pod))
            );
            Pod fresh = pods.Single(pod => pod.Metadata.DeletionTimestamp is null && !TestCluster.IsReady(pod));
            Assert.Contains(pods, pod => before.Contains(pod.Metadata.Uid!) && pod.Spec.NodeName == fresh.Spec.NodeName);
            await cluster.AnnotateAsync(Resources.Pods, fresh.Metadata.Name, "not-ready", null);
        }

        JsonObject status = await set.UntilAsync(
            "rolled out",
            static status => (int?)status["updatedNumberScheduled"] == 2 && (int?)status["numberAvailable"] == 2
        );
        Assert.Equal((2, 2, null), ((int)status["currentNumberScheduled"]!, (int)status["numberReady"]!, status["numberUnavailable"]));
        IEnumerable<Pod> all = (await cluster.WaitForReadyPodsAsync("app=agent", 2)).Where(static pod =>
            pod.Metadata.DeletionTimestamp is null
        );
        Assert.All(all, static pod => Assert.Equal("2", pod.Metadata.Labels!["pod-template-generation"]));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_invalid_DaemonSet_rollout_is_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        WireAnswer neither = await UpdateAsync("""{"maxSurge":0,"maxUnavailable":0}"""),
            both = await UpdateAsync("""{"maxSurge":1,"maxUnavailable":1}""");
        Assert.Equal(
            (422, "spec.updateStrategy.rollingUpdate.maxUnavailable"),
            ((int)neither.Code, (string)neither.Json["details"]!["causes"]![0]!["field"]!)
        );
        Assert.Equal(cluster.Minor < 22 ? 201 : 422, (int)both.Code);
        if (cluster.Minor < 22)
            return;
        Assert.Equal("Required value: cannot be 0 when maxSurge is 0", (string)neither.Json["details"]!["causes"]![0]!["message"]!);
        Assert.Equal(
            "Invalid value: 1: may not be set when maxUnavailable is non-zero",
            (string)both.Json["details"]!["causes"]![0]!["message"]!
        );

        Task<WireAnswer> UpdateAsync(string rolling) =>
            cluster.SendAsync(
                "POST",
                $"/apis/apps/v1/namespaces/{cluster.Namespace}/daemonsets",
                $$"""
                {"metadata":{"name":"agent"},"spec":{"updateStrategy":{"rollingUpdate":{{rolling}} },"selector":{"matchLabels":{"a":"b"} },"template":{"metadata":{"labels":{"a":"b"} },"spec":{"containers":[{"name":"c","image":"i"}]} } } }
                """
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_paused_Recreate_rollout_keeps_and_scales_its_old_pods(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        Workload web = await Workload.CreateAsync(
            cluster,
            "apps",
            "deployments",
            "web",
            """{"replicas":1,"strategy":{"type":"Recreate"}}"""
        );
        string first = (await cluster.WaitForReadyPodsAsync("app=web", 1))[0].Metadata.Uid!;
        await web.UntilAsync("seen", static status => (int?)status["availableReplicas"] == 1);

        await web.PatchAsync("""{"spec":{"paused":true,"replicas":2,"template":{"metadata":{"annotations":{"a":"b"}}}}}""");
        IReadOnlyList<Pod> pods = await cluster.WaitForReadyPodsAsync("app=web", 2);
        Assert.Contains(pods, pod => pod.Metadata.Uid == first && pod.Metadata.DeletionTimestamp is null);
        Assert.Single(pods.Select(static pod => pod.Metadata.Labels!["pod-template-hash"]).Distinct());
        Assert.Single(
            (await cluster.SendAsync("GET", $"/apis/apps/v1/namespaces/{cluster.Namespace}/replicasets")).Json["items"]!.AsArray()
        );
        JsonObject status = await web.UntilAsync(
            "paused",
            static status => (int?)status["availableReplicas"] == 2 && (int?)status["observedGeneration"] == 2
        );
        Assert.Equal((null, cluster.Minor >= 35 ? 0 : null), ((int?)status["updatedReplicas"], (int?)status["terminatingReplicas"]));

        await web.PatchAsync("""{"spec":{"paused":false}}""");
        await web.UntilAsync(
            "rolled out",
            static status => (int?)status["updatedReplicas"] == 2 && (int?)status["availableReplicas"] == 2 && (int?)status["replicas"] == 2
        );
        // A pod that has ended no longer holds the rollout back, and is deleted a moment later.
        Assert.DoesNotContain(
            await cluster.WaitForReadyPodsAsync("app=web", 2),
            pod => pod.Metadata.Uid == first && pod.Status.Phase != "Succeeded"
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Terminating_pods_are_counted_from_1_35(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        Workload web = await Workload.CreateAsync(
            cluster,
            "apps",
            "deployments",
            "web",
            """{"replicas":2}""",
            """{"metadata":{"annotations":{"fake-kubelet/slow-terminate":"never"}}}"""
        );
        await web.UntilAsync("two", static status => (int?)status["availableReplicas"] == 2);

        await web.PatchAsync("""{"spec":{"replicas":1}}""");

        JsonObject status = await web.UntilAsync(
            "one less",
            status =>
                (int?)status["availableReplicas"] == 1
                && (int?)status["replicas"] == 1
                && (cluster.Minor < 35 || (int?)status["terminatingReplicas"] == 1)
        );
        Assert.Equal(cluster.Minor >= 35 ? 1 : null, (int?)status["terminatingReplicas"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task ReplicaSets_keep_change_cause_and_revision_history(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        const string Cause = "kubernetes.io/change-cause";
        Workload web = await Workload.CreateAsync(cluster, "apps", "deployments", "web", """{"replicas":0}""");
        await web.PatchAsync($$"""{"metadata":{"annotations":{"{{Cause}}":"first"} } }""");
        await Eventually.HoldsAsync("the cause noted", async () => (await SetsAsync()).Any(static set => (string?)set[Cause] == "first"));
        await web.PatchAsync(
            $$"""{"metadata":{"annotations":{"{{Cause}}":"second"} },"spec":{"template":{"metadata":{"annotations":{"a":"b"} } } } }"""
        );
        await Eventually.HoldsAsync("a second set", async () => (await SetsAsync()).Any(static set => (string?)set[Cause] == "second"));
        await web.PatchAsync(
            $$"""{"metadata":{"annotations":{"{{Cause}}":"third"} },"spec":{"template":{"metadata":{"annotations":{"a":null} } } } }"""
        );
        JsonObject[] sets = await Eventually.GetAsync(
            "the first set again",
            SetsAsync,
            static sets => sets.Any(static set => (string?)set["deployment.kubernetes.io/revision"] == "3")
        );

        JsonObject again = sets.Single(static set => (string?)set["deployment.kubernetes.io/revision"] == "3");
        Assert.Equal((2, "third", "1"), (sets.Length, (string)again[Cause]!, (string)again["deployment.kubernetes.io/revision-history"]!));

        async Task<JsonObject[]> SetsAsync() =>
            [
                .. (await cluster.SendAsync("GET", $"/apis/apps/v1/namespaces/{cluster.Namespace}/replicasets")).Json["items"]!
                    .AsArray()
                    .Select(static set => set!["metadata"]!["annotations"]!.AsObject()),
            ];
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_relabeled_pod_is_released_and_replaced(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        string name = (await cluster.AddReplicaSetAsync("web", 1))[0].Metadata.Name;

        await cluster.SendAsync(
            "PATCH",
            $"/api/v1/namespaces/{cluster.Namespace}/pods/{name}",
            """{"metadata":{"labels":{"app":"aside"}}}""",
            "application/merge-patch+json"
        );

        await cluster.WaitForReadyPodsAsync("app=web", 1);
        Pod aside = await cluster.WaitForAsync(Resources.Pods, name, static pod => pod.Metadata.OwnerReferences is null or []);
        Assert.Null(aside.Metadata.DeletionTimestamp);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Objects_with_an_owner_of_an_unknown_kind_are_not_changed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string maps = $"/api/v1/namespaces/{cluster.Namespace}/configmaps";
        await MakeAsync("unknown", "example.com/v1", "Gadget");
        await MakeAsync("lost", "apps/v1", "ReplicaSet");

        await Eventually.HoldsAsync(
            "the one whose owner is gone gone",
            async () => (int)(await cluster.SendAsync("GET", maps + "/lost")).Code == 404
        );
        Assert.Equal(200, (int)(await cluster.SendAsync("GET", maps + "/unknown")).Code);

        Task<WireAnswer> MakeAsync(string name, string version, string kind) =>
            cluster.SendAsync(
                "POST",
                maps,
                $$"""
                {"metadata":{"name":"{{name}}","ownerReferences":[{"apiVersion":"{{version}}","kind":"{{kind}}","name":"owner","uid":"7d1f4e52-5a4c-4b6e-9a53-000000000001"}]} }
                """
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_deployment_without_pods_reports_no_scaling(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        Workload none = await Workload.CreateAsync(cluster, "apps", "deployments", "none", """{"replicas":0}""");

        await none.UntilAsync("observed", static status => (int?)status["observedGeneration"] == 1);
        await none.PatchAsync("""{"spec":{"replicas":1}}""");
        string[] messages = await Eventually.GetAsync(
            "the event of the first pod",
            async () =>
                (
                    await cluster.Client.ListAsync(
                        Resources.Events,
                        new() { Namespace = cluster.Namespace, FieldSelector = "reason=ScalingReplicaSet" },
                        default
                    )
                )
                    .Items.Select(static e => e.Message ?? "")
                    .ToArray(),
            static found => found.Length > 0
        );

        Assert.EndsWith(" to 1", Assert.Single(messages).Replace(" from 0", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_ReplicationController_defaults_labels_and_selector_from_its_template(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        WireAnswer created = await cluster.SendAsync(
            "POST",
            $"/api/v1/namespaces/{cluster.Namespace}/replicationcontrollers",
            """
            {"metadata":{"name":"rc"},"spec":{"replicas":0,"template":{"metadata":{"labels":{"app":"rc","tier":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """
        );

        Assert.Equal(201, (int)created.Code);
        const string Labels = """{"app":"rc","tier":"a"}""";
        Assert.Equal(
            (Labels, Labels),
            (created.Json["metadata"]!["labels"]!.ToJsonString(), created.Json["spec"]!["selector"]!.ToJsonString())
        );
    }
}
