using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Conformance.Scheduler;

/// <summary>How a configuration is found in a cluster and written there.</summary>
public sealed class SchedulerWriteTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_change_writes_only_the_edit_and_keeps_both_revisions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);

        SchedulerChangeResult result = await SchedulerManifests.ChangeAsync(
            session,
            scheduler,
            SchedulerManifests.Enable(scheduler, "TargetLoadPacking") with
            {
                Reason = "colder nodes first",
            }
        );

        Assert.Equal(
            (SchedulerManifests.Deployment, SchedulerManifests.ConfigMap, SchedulerManifests.Key, 30),
            (scheduler.Deployment, scheduler.ConfigMap, scheduler.Key, scheduler.Minor)
        );
        string text = await cluster.TextAsync();
        Assert.Equal(SchedulerManifests.Text + "      enabled:\n      - name: TargetLoadPacking\n", text);
        Assert.Equal((true, 2L, 1L), (result.IsWritten, result.Revision, result.PreviousRevision));
        IReadOnlyList<ControllerRevision> kept = await cluster.RevisionsAsync();
        Assert.Equal([1, 2], kept.Select(one => one.Revision));
        Assert.Equal(SchedulerManifests.Text, kept[0].Data!["text"]!.GetValue<string>());
        Assert.Equal(text, kept[1].Data!["text"]!.GetValue<string>());
        Assert.Equal(
            ("Enable TargetLoadPacking", "colder nodes first"),
            (kept[1].Data!["action"]!.GetValue<string>(), kept[1].Data!["reason"]!.GetValue<string>())
        );
        Event written = Assert.Single(
            (
                await cluster.Client.ListAsync(
                    Resources.Events,
                    new() { Namespace = cluster.Namespace, FieldSelector = "involvedObject.kind=ConfigMap" },
                    default
                )
            ).Items
        );
        Assert.Equal("SchedulerConfigurationChanged", written.Reason);
        Assert.Contains("colder nodes first", written.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_change_without_effect_is_not_written(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        SchedulerChange change = SchedulerManifests.Enable(scheduler, "TargetLoadPacking");
        await SchedulerManifests.ChangeAsync(session, scheduler, change);
        string? version = (await cluster.GetAsync(Resources.ConfigMaps, SchedulerManifests.ConfigMap)).Metadata.ResourceVersion;

        SchedulerChangeResult again = await SchedulerManifests.ChangeAsync(session, scheduler, change);

        Assert.Equal((false, 2L), (again.IsWritten, again.Revision));
        Assert.Equal(version, (await cluster.GetAsync(Resources.ConfigMaps, SchedulerManifests.ConfigMap)).Metadata.ResourceVersion);
        Assert.Equal(2, (await cluster.RevisionsAsync()).Count);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_change_of_another_client_is_backed_up_before_the_next_change(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        await SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"));
        string edited = (await cluster.TextAsync()).Replace("the platform team", "somebody else", StringComparison.Ordinal);
        await cluster.Client.PatchAsync(
            Resources.ConfigMaps,
            SchedulerManifests.ConfigMap,
            cluster.Namespace,
            Patch.Merge(new() { ["data"] = new JsonObject { [SchedulerManifests.Key] = edited } }),
            null,
            RequestOptions.Default,
            default
        );

        SchedulerChangeResult result = await SchedulerManifests.ChangeAsync(
            session,
            scheduler,
            SchedulerManifests.Enable(scheduler, "LoadVariationRiskBalancing")
        );

        Assert.Equal((4L, 3L), (result.Revision, result.PreviousRevision));
        IReadOnlyList<ControllerRevision> kept = await cluster.RevisionsAsync();
        Assert.Equal(edited, kept[2].Data!["text"]!.GetValue<string>());
        Assert.Equal("changed by another client after revision 2", kept[2].Data!["action"]!.GetValue<string>());
        Assert.Contains("LoadVariationRiskBalancing", await cluster.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("somebody else", await cluster.TextAsync(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_number_of_revisions_is_limited(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);

        foreach (string plugin in (string[])["TargetLoadPacking", "LoadVariationRiskBalancing", "SySched", "NodeResourcesAllocatable"])
            await SchedulerManifests.ChangeAsync(
                session,
                scheduler,
                SchedulerManifests.Enable(scheduler, plugin) with
                {
                    RevisionLimit = 3,
                }
            );

        Assert.Equal([3, 4, 5], (await cluster.RevisionsAsync()).Select(kept => kept.Revision));
    }
}
