using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Drains;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Nodes;

/// <summary>A node that registered again under its name is another node; a name is the same in upper and in lower case.</summary>
public sealed class NodeIdentityTests
{
    private static readonly Dictionary<string, string> Entries = new() { ["new"] = "1" };

    public static TheoryData<string, Func<NodeManagerSession, NodeTarget, Task>> Changes() =>
        new()
        {
            { "label", (s, n) => NodeEditor.SetLabelsAsync(s, n, Entries, false, false, default) },
            { "label, overwriting", (s, n) => NodeEditor.SetLabelsAsync(s, n, Entries, true, false, default) },
            { "remove label", (s, n) => NodeEditor.RemoveLabelsAsync(s, n, ["test"], false, default) },
            { "annotation", (s, n) => NodeEditor.SetAnnotationsAsync(s, n, Entries, false, false, default) },
            { "annotation, overwriting", (s, n) => NodeEditor.SetAnnotationsAsync(s, n, Entries, true, false, default) },
            { "remove annotation", (s, n) => NodeEditor.RemoveAnnotationsAsync(s, n, ["any"], false, default) },
            { "taint", (s, n) => NodeEditor.SetTaintsAsync(s, n, [new() { Key = "new", Effect = "NoSchedule" }], true, false, default) },
            { "remove taint", (s, n) => NodeEditor.RemoveTaintsAsync(s, n, [("new", null)], false, default) },
            { "cordon", (s, n) => NodeEditor.SetUnschedulableAsync(s, n, true, false, default) },
            { "uncordon", (s, n) => NodeEditor.SetUnschedulableAsync(s, n, false, false, default) },
            { "delete", (s, n) => NodeEditor.DeleteAsync(s, n, false, false, default) },
            { "delete with pods", (s, n) => NodeEditor.DeleteAsync(s, n, true, false, default) },
            { "plan", (s, n) => DrainPlanner.PlanAsync(s, [n], new(), default) },
            { "maintenance plan", (s, n) => MaintenancePlanner.PlanAsync(s, new() { Nodes = [n] }, new MaintenanceLog(), default) },
        };

    [SkippableTheory]
    [AllBackends]
    public async Task A_recreated_node_is_not_changed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        (NodeTarget former, Node now) = await ReplaceAsync(cluster);

        foreach (object[] row in Changes())
        {
            NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() =>
                ((Func<NodeManagerSession, NodeTarget, Task>)row[1])(session, former)
            );
            Assert.True(e.ErrorId == ErrorIds.NodeReplaced, $"{row[0]}: {e.ErrorId}: {e.Message}");
            Assert.Contains(former.Uid, e.Message, StringComparison.Ordinal);
        }

        NodeDrainResult drained = Assert.Single(
            await NodeDrainer.DrainAsync(session, [former], new(), new Listener(), default).ToListAsync()
        );
        NodeManagerException maintained = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.RunAsync(cluster.Maintain([]) with { Nodes = [former] })
        );

        Assert.Equal((NodeDrainStatus.Failed, "Node", ""), (drained.Status, Assert.Single(drained.Blockers).Kind, drained.NodeUid));
        Assert.Equal(ErrorIds.NodeReplaced, maintained.ErrorId);
        Node after = await cluster.GetAsync(Resources.Nodes, former.Name);
        Assert.Equal(now.Metadata.Uid, after.Metadata.Uid);
        Assert.Equal((null, false), (after.Spec.Unschedulable, after.Metadata.Annotations?.Keys.Any(MaintenanceRuns.IsOfRun) == true));
        Assert.True(after.Metadata.Labels!.ContainsKey("test"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_known_state_of_the_former_node_does_not_change_a_recreated_node(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        string name = await cluster.AddNodeAsync();
        ClusterNode known = await NodeEditor.SetLabelsAsync(session, name, Entries, false, false, default);
        await RegisterAgainAsync(cluster, name);

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetLabelsAsync(
                session,
                new(name, known.Uid),
                new Dictionary<string, string> { ["another"] = "1" },
                false,
                false,
                default,
                known
            )
        );

        Assert.Equal(ErrorIds.NodeReplaced, e.ErrorId);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_same_node_is_changed_despite_other_changes(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        string name = await cluster.AddNodeAsync();
        NodeTarget target = new(name, (await cluster.GetAsync(Resources.Nodes, name)).Metadata.Uid!);
        await cluster.AnnotateAsync(Resources.Nodes, name, "meanwhile", "yes");

        ClusterNode labelled = await NodeEditor.SetLabelsAsync(session, target, Entries, true, false, default);
        ClusterNode cordoned = await NodeEditor.SetUnschedulableAsync(session, target, true, false, default);
        NodeDrainResult drained = Assert.Single(await DrainRun.DrainAsync(session, [name], new()));
        await NodeEditor.DeleteAsync(session, target, true, false, default);

        Assert.Equal(("1", true), (labelled.Labels["new"], cordoned.Unschedulable));
        Assert.Equal((NodeDrainStatus.Drained, target.Uid), (drained.Status, drained.NodeUid));
        Assert.False(await cluster.ExistsAsync(Resources.Nodes, name));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_recreated_between_survey_and_cordon_is_not_cordoned(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        string former = (await cluster.GetAsync(Resources.Nodes, name)).Metadata.Uid!;
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
            new FaultInjectionHandler(inner).Inject(
                Fault.After(() => RegisterAgainAsync(cluster, name)),
                1,
                static request => request.Method == HttpMethod.Patch
            )
        );

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [name], new()));

        Assert.True(result is { Status: NodeDrainStatus.Failed, Cordoned: false }, result.Describe());
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal("Node", blocker.Kind);
        Assert.Contains(former, blocker.Message, StringComparison.Ordinal);
        Node now = await cluster.GetAsync(Resources.Nodes, name);
        Assert.Equal((null, false), (now.Spec.Unschedulable, now.Metadata.Annotations?.Keys.Any(MaintenanceRuns.IsOfRun) == true));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Node_names_are_not_case_sensitive(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();
        string name = await cluster.AddNodeAsync();
        string upper = name.ToUpperInvariant();

        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(session, [upper, name], new(), default));
        NodeDrainResult drained = Assert.Single(await DrainRun.DrainAsync(session, [upper, name], new()));
        ClusterNode back = await NodeEditor.SetUnschedulableAsync(session, upper, false, false, default);
        NodeMaintenancePlan maintenance = Assert.Single(
            await MaintenancePlanner.PlanAsync(session, new() { Nodes = [upper] }, new MaintenanceLog(), default)
        );
        MaintenanceOutcome maintained = await cluster.RunAsync(cluster.Maintain([upper]));

        Assert.Equal((name, name, name, name), (plan.Node, drained.Node, back.Name, maintenance.Node));
        Assert.Equal(NodeDrainStatus.Drained, drained.Status);
        Assert.Equal((name, NodeMaintenanceStatus.Completed), (Assert.Single(maintained.Run.Nodes).Node, maintained.Run.Nodes[0].Status));
    }

    private static async Task<(NodeTarget Former, Node Now)> ReplaceAsync(TestCluster cluster)
    {
        string name = await cluster.AddNodeAsync();
        NodeTarget former = new(name, (await cluster.GetAsync(Resources.Nodes, name)).Metadata.Uid!);
        return (former, await RegisterAgainAsync(cluster, name));
    }

    private static async Task<Node> RegisterAgainAsync(TestCluster cluster, string name)
    {
        await cluster.Client.DeleteAsync(Resources.Nodes, name, null, new(), default);
        await cluster.WaitForGoneAsync(Resources.Nodes, name);
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node(name, cluster.Mark));
        return await cluster.WaitForAsync(
            Resources.Nodes,
            name,
            n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
    }
}
