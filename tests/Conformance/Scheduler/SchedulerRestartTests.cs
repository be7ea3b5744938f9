using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Conformance.Scheduler;

/// <summary>Restarts of a scheduler whose pods are simulated, on the embedded cluster and under the real Deployment controller.</summary>
public sealed class SchedulerRestartTests
{
    private static readonly SchedulerRestartRequest Patient = new() { Timeout = Eventually.Limit };

    [SkippableTheory]
    [AllBackends]
    public async Task A_restart_waits_for_new_pods_with_the_revision_annotation(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        await SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"));

        SchedulerRestartResult result = await SchedulerRestarter.RestartAsync(session, scheduler, Patient, NullObserver.Instance, default);

        Assert.True(result.Status == SchedulerRestartStatus.Restarted, result.Message);
        Assert.Equal((2L, null, 1), (result.Revision, result.FormerRevision, result.ReadyPods));
        Assert.All(
            (await cluster.ListPodsAsync("app=" + SchedulerManifests.Deployment)).Where(pod => pod.Metadata.DeletionTimestamp is null),
            pod => Assert.Equal("2", pod.Metadata.Annotations!["nodemanager.io/scheduler-revision"])
        );
        Event told = Assert.Single(
            (
                await cluster.Client.ListAsync(
                    Resources.Events,
                    new() { Namespace = cluster.Namespace, FieldSelector = "reason=SchedulerRestarted" },
                    default
                )
            ).Items
        );
        Assert.Equal(SchedulerManifests.Deployment, told.InvolvedObject.Name);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_crashing_scheduler_is_rolled_back_to_its_former_configuration(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        await SchedulerRestarter.RestartAsync(session, scheduler, Patient, NullObserver.Instance, default);
        string before = await cluster.TextAsync();
        await SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"));
        // Whatever is started with the second revision crashes; the third is the first one's text again.
        await CrashAsync(cluster, "true");
        Task<SchedulerRestartResult> restarting = SchedulerRestarter.RestartAsync(
            session,
            scheduler,
            Patient,
            NullObserver.Instance,
            default
        );
        await Eventually.HoldsAsync("the configuration is put back", async () => await cluster.TextAsync() == before);
        await CrashAsync(cluster, null);

        SchedulerRestartResult result = await restarting;

        Assert.True(result.Status == SchedulerRestartStatus.RolledBack, result.Message);
        Assert.Equal((3L, 1L), (result.Revision, result.FormerRevision));
        Assert.Contains("restarted 7 times, exit code 1", result.Message, StringComparison.Ordinal);
        IReadOnlyList<SchedulerConfigurationBackup> kept = await SchedulerBackups.ListAsync(session, scheduler, default);
        Assert.Equal([(3L, "Current"), (2L, "Former"), (1L, "Former")], kept.Select(one => (one.Revision!.Value, one.Status)));
        Assert.Equal("Roll back to revision 1", kept[0].Action);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_rollback_restores_the_configuration_that_still_runs(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        await SchedulerRestarter.RestartAsync(session, scheduler, Patient, NullObserver.Instance, default);
        string running = await cluster.TextAsync();
        await SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"));
        await CrashAsync(cluster, "true");
        // The template has the second revision now, and the pod of the first one still schedules.
        SchedulerRestartRequest kept = Patient with
        {
            NoRollback = true,
        };
        await SchedulerRestarter.RestartAsync(session, scheduler, kept, NullObserver.Instance, default);
        SchedulerChange last = SchedulerManifests.Enable(scheduler, "SySched") with { RevisionLimit = 2 };
        await SchedulerManifests.ChangeAsync(session, scheduler, last);

        Task<SchedulerRestartResult> restarting = SchedulerRestarter.RestartAsync(
            session,
            scheduler,
            Patient,
            NullObserver.Instance,
            default
        );
        await Eventually.HoldsAsync("the running configuration is put back", async () => await cluster.TextAsync() == running);
        await CrashAsync(cluster, null);

        SchedulerRestartResult result = await restarting;
        Assert.True(result.Status == SchedulerRestartStatus.RolledBack, result.Message);
        Assert.Equal((4L, 1L), (result.Revision, result.FormerRevision));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Without_rollback_the_new_configuration_is_kept(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        await SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"));
        string written = await cluster.TextAsync();
        await CrashAsync(cluster, "true");

        SchedulerRestartResult result = await SchedulerRestarter.RestartAsync(
            session,
            scheduler,
            Patient with
            {
                NoRollback = true,
            },
            NullObserver.Instance,
            default
        );

        Assert.True(result.Status == SchedulerRestartStatus.Failed, result.Message);
        Assert.Equal(written, await cluster.TextAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_scheduler_that_does_not_lead_in_time_has_failed(string backend)
    {
        await using TestCluster cluster = await StartAsync(
            backend,
            SchedulerManifests.Text.Replace("leaderElect: false", "leaderElect: true\n  resourceName: nobody", StringComparison.Ordinal)
        );
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);

        SchedulerRestartResult result = await SchedulerRestarter.RestartAsync(
            session,
            scheduler,
            new() { Timeout = TimeSpan.FromSeconds(3) },
            NullObserver.Instance,
            default
        );

        Assert.True(result.Status == SchedulerRestartStatus.Failed, result.Message);
        Assert.Contains("not within 3 s", result.Message, StringComparison.Ordinal);
        Assert.Contains("No earlier configuration", result.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_scheduler_without_replicas_is_not_restarted_and_reported(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerRestarter.RestartAsync(session, scheduler, Patient, NullObserver.Instance, default)
        );

        Assert.Equal(ErrorIds.SchedulerNotRunning, refused.ErrorId);
        Assert.Contains("has 0 desired replicas", refused.Message, StringComparison.Ordinal);
        Assert.Null((await cluster.GetAsync(Resources.Deployments, SchedulerManifests.Deployment)).Spec.Template.Metadata.Annotations);
    }

    private static async Task<TestCluster> StartAsync(string backend, string text = SchedulerManifests.Text)
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodesAsync(1);
        await cluster.AddConfigMapAsync(text);
        await cluster.AddSchedulerAsync();
        await cluster.WaitForReadyPodsAsync("app=" + SchedulerManifests.Deployment, 1);
        return cluster;
    }

    /// <summary>Has pods that the Deployment makes from now on crash, or no longer.</summary>
    // Pods take their time before they crash: so what is started after the configuration was put back can still be kept from it.
    private static Task CrashAsync(TestCluster cluster, string? value) =>
        cluster.Client.PatchAsync(
            Resources.Deployments,
            SchedulerManifests.Deployment,
            cluster.Namespace,
            Patch.Merge(
                new()
                {
                    ["spec"] = new JsonObject
                    {
                        ["template"] = new JsonObject
                        {
                            ["metadata"] = new JsonObject
                            {
                                ["annotations"] = new JsonObject
                                {
                                    ["fake-kubelet/crash"] = value,
                                    ["fake-kubelet/start-delay"] = value is null ? null : "8",
                                },
                            },
                        },
                    },
                }
            ),
            null,
            RequestOptions.Default,
            default
        );
}
