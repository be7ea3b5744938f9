using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Controllers;

/// <summary>What a Deployment's fields ask of its rollouts; the clock is moved by the tests.</summary>
public sealed class RolloutTests : IDisposable
{
    private readonly LiveCluster _live = new();

    public void Dispose() => _live.Dispose();

    [Fact]
    public async Task A_rollout_without_progress_exceeds_its_deadline_and_recovers()
    {
        await StartAsync(""","progressDeadlineSeconds":60""");
        await _live.UntilAsync(() => Progressing.Text("reason") == "NewReplicaSetAvailable", "rolled out");
        DateTimeOffset start = _live.Clock.GetUtcNow();
        Change(spec => spec["template"]!["metadata"]!.AsObject().Ensure("annotations")["sandbox.nodemanager/not-ready"] = "true");

        await _live.UntilAsync(() => Progressing.Text("reason") == "ProgressDeadlineExceeded", "late", TimeSpan.FromSeconds(1));
        TimeSpan taken = _live.Clock.GetUtcNow() - start;
        JsonObject late = Progressing;
        Change(spec => spec["template"]!["metadata"]!.AsObject().Remove("annotations"));
        await _live.UntilAsync(() => Progressing.Text("reason") == "NewReplicaSetAvailable", "done", TimeSpan.FromSeconds(1));

        Assert.True(taken >= TimeSpan.FromSeconds(60), taken.ToString());
        Assert.Equal("False", late.Text("status"));
        Assert.EndsWith("has timed out progressing.", late.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_Deployment_starts_no_rollout_and_exceeds_no_deadline()
    {
        await StartAsync(""","progressDeadlineSeconds":3600""");
        Change(spec => spec["paused"] = true);
        await _live.UntilAsync(() => Progressing.Text("reason") == "DeploymentPaused", "paused");
        Change(spec => spec["template"]!["spec"]!["containers"]![0]!["image"] = "i:2");
        await _live.PassAsync(TimeSpan.FromHours(2));
        int sets = Sets.Count;
        string? paused = Progressing.Text("reason");

        HashSet<string?> said = [];
        Change(spec => spec.Remove("paused"));
        await _live.UntilAsync(() =>
        {
            said.Add(Progressing.Text("reason"));
            return Progressing.Text("reason") == "NewReplicaSetAvailable" && Sets.Count == 2;
        });

        Assert.Equal((1, "DeploymentPaused"), (sets, paused));
        Assert.DoesNotContain("ProgressDeadlineExceeded", said);
    }

    [Fact]
    public async Task ReplicaSets_beyond_revisionHistoryLimit_are_deleted()
    {
        await StartAsync(""","revisionHistoryLimit":1""");
        foreach (string image in new[] { "i:2", "i:3", "i:4" })
        {
            Change(spec => spec["template"]!["spec"]!["containers"]![0]!["image"] = image);
            await _live.UntilAsync(
                () => Sets.Exists(set => ImageOf(set) == image && set.As<ReplicaSet>().Status.AvailableReplicas == 2),
                image
            );
        }

        await _live.UntilAsync(() => Sets.Count == 2, "the rest forgotten");
        Assert.Equal(["i:3", "i:4"], Sets.Select(ImageOf).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_pod_is_available_after_minReadySeconds()
    {
        await StartAsync(""","minReadySeconds":86400,"progressDeadlineSeconds":90000""", available: 0);
        await _live.UntilAsync(() => _live.Ready("web") == 2, "ready");
        DateTimeOffset since = _live.Pods.Max(pod => pod.As<Pod>().ReadySince()!.Value);
        Change(spec => spec["minReadySeconds"] = 30);
        await _live.UntilAsync(() => Available == 2, "available", TimeSpan.FromSeconds(1));
        TimeSpan taken = _live.Clock.GetUtcNow() - since;

        Assert.InRange(taken, TimeSpan.FromSeconds(30), TimeSpan.FromHours(23));
        Assert.Single(Sets);
    }

    [Fact]
    public async Task A_complete_Deployment_stays_complete_while_scaling_or_losing_a_pod()
    {
        await StartAsync("");
        await _live.UntilAsync(() => Progressing.Text("reason") == "NewReplicaSetAvailable", "rolled out");
        await _live.PassAsync(TimeSpan.FromMinutes(20));

        HashSet<string?> said = [];
        Change(spec => spec["replicas"] = 3);
        await _live.UntilAsync(() => Says() && Available == 3, "three");
        StoredObject lost = _live.Pods.First();
        _live.Delete(BuiltInKinds.Pods, lost.Name, grace: 0);
        await _live.UntilAsync(
            () => Says() && _live.Ready("web") == 3 && _live.Pods.All(pod => pod.Uid != lost.Uid) && Available == 3,
            "three again"
        );

        Assert.Equal(["NewReplicaSetAvailable"], said);

        bool Says() => said.Add(Progressing.Text("reason")) || true;
    }

    private JsonObject Progressing => _live.Status(BuiltInKinds.Deployments, "web").Condition("Progressing")!;

    private long Available => _live.Status(BuiltInKinds.Deployments, "web").Number("availableReplicas") ?? 0;

    private List<StoredObject> Sets => [.. _live.Store.List(BuiltInKinds.ReplicaSets).Objects.Walk()];

    private static string ImageOf(StoredObject set) => set.As<ReplicaSet>().Spec.Template!.Spec!.Containers[0].Image!;

    private async Task StartAsync(string more, int available = 2)
    {
        await _live.OpenNodesAsync("a");
        _live.Workload(BuiltInKinds.Deployments, "web", 2, more);
        await _live.UntilAsync(() => Sets.Count == 1 && Available == available, "the start");
    }

    private void Change(Action<JsonObject> change) =>
        _live.Merge(BuiltInKinds.Deployments, "web", document => change(document["spec"]!.AsObject()));
}
