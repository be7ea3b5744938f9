using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Nodes;

public sealed class NodeEditorTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Labels_and_annotations_are_set_and_removed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        ClusterNode set = await NodeEditor.SetLabelsAsync(session, name, Map(("example.com/a", "1"), ("b", "")), false, false, default);
        ClusterNode annotated = await NodeEditor.SetAnnotationsAsync(
            session,
            name,
            Map(("note", "free text, of any kind")),
            false,
            false,
            default
        );
        ClusterNode removed = await NodeEditor.RemoveLabelsAsync(session, name, ["b", "was-never-there"], false, default);

        Assert.Equal(("1", ""), (set.Labels["example.com/a"], set.Labels["b"]));
        Assert.Equal("free text, of any kind", annotated.Annotations["note"]);
        Assert.Equal((true, false), (removed.Labels.ContainsKey("example.com/a"), removed.Labels.ContainsKey("b")));
        Assert.Equal(removed.ResourceVersion, (await cluster.GetAsync(Resources.Nodes, name)).Metadata.ResourceVersion);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Another_value_requires_overwrite(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync(n => n.Label("tier", "gold"));
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetLabelsAsync(session, name, Map(("tier", "silver"), ("new", "1")), false, false, default)
        );
        Node untouched = await cluster.GetAsync(Resources.Nodes, name);
        ClusterNode changed = await NodeEditor.SetLabelsAsync(session, name, Map(("tier", "silver"), ("new", "1")), true, false, default);

        Assert.Equal(ErrorIds.ValueExists, e.ErrorId);
        Assert.Equal(("gold", false), (untouched.Metadata.Labels!["tier"], untouched.Metadata.Labels.ContainsKey("new")));
        Assert.Equal(("silver", "1"), (changed.Labels["tier"], changed.Labels["new"]));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Taints_are_identified_by_key_and_effect(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        await NodeEditor.SetTaintsAsync(
            session,
            name,
            [Taint("a", "1", "NoSchedule"), Taint("a", "1", "PreferNoSchedule"), Taint("b", "", "NoSchedule")],
            false,
            false,
            default
        );
        NodeManagerException exists = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetTaintsAsync(session, name, [Taint("a", "2", "NoSchedule")], false, false, default)
        );
        ClusterNode overwritten = await NodeEditor.SetTaintsAsync(session, name, [Taint("a", "2", "NoSchedule")], true, false, default);
        ClusterNode kept = await NodeEditor.RemoveTaintsAsync(
            session,
            name,
            [TaintText.ParseMatch("a=1:NoSchedule"), TaintText.ParseMatch("a=3"), TaintText.ParseMatch("b=x:NoSchedule")],
            false,
            default
        );
        ClusterNode one = await NodeEditor.RemoveTaintsAsync(
            session,
            name,
            [("b", "NoSchedule"), ("b", "NoExecute"), ("gone", null)],
            false,
            default
        );
        ClusterNode none = await NodeEditor.RemoveTaintsAsync(session, name, [("a", null)], false, default);

        Assert.Equal(ErrorIds.ValueExists, exists.ErrorId);
        Assert.Equal(["a=1:PreferNoSchedule", "a=2:NoSchedule", "b:NoSchedule"], overwritten.Taints.Select(t => t.ToString()).Order());
        Assert.Equal(overwritten.Taints.Select(t => t.ToString()), kept.Taints.Select(t => t.ToString()));
        Assert.Equal(["a=1:PreferNoSchedule", "a=2:NoSchedule"], one.Taints.Select(t => t.ToString()).Order());
        Assert.Empty(none.Taints);
    }

    [SkippableTheory]
    [AllBackends("node.kubernetes.io/unschedulable")]
    [AllBackends("node.kubernetes.io/not-ready")]
    [AllBackends("node.kubernetes.io/memory-pressure")]
    public async Task Taints_that_controllers_own_are_refused(string backend, string key)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetTaintsAsync(session, name, [Taint(key, "", "NoSchedule")], false, false, default)
        );

        Assert.Equal(ErrorIds.TaintOwnedByController, e.ErrorId);
        Assert.Contains(key, e.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Concurrent_writers_lose_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();
        NodeManagerSession other = await cluster.ConnectAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .SelectMany(i =>
                    (Task[])
                        [
                            NodeEditor.SetTaintsAsync(
                                i % 2 == 0 ? session : other,
                                name,
                                [Taint($"taint-{i}", "", "NoSchedule")],
                                false,
                                false,
                                default
                            ),
                            NodeEditor.SetLabelsAsync(i % 2 == 0 ? other : session, name, Map(($"label-{i}", "")), false, false, default),
                        ]
                )
        );

        Node node = await cluster.GetAsync(Resources.Nodes, name);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"taint-{i}"), node.Spec.Taints!.Select(t => t.Key).Order());
        Assert.Equal(10, node.Metadata.Labels!.Keys.Count(k => k.StartsWith("label-", StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cordon_blocks_new_pods_until_it_is_removed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        ClusterNode cordoned = await NodeEditor.SetUnschedulableAsync(session, name, true, false, default);
        ClusterNode again = await NodeEditor.SetUnschedulableAsync(session, name, true, false, default);
        await cluster.WaitForAsync(
            Resources.Nodes,
            name,
            n => n.Spec.Taints?.Exists(t => t.Key == "node.kubernetes.io/unschedulable") == true
        );
        await cluster.CreateAsync(
            Resources.Pods,
            Manifests.Pod("new", null).PodSpec(new() { ["nodeSelector"] = Manifests.Map(cluster.Mark) })
        );
        await cluster.WaitForAsync(
            Resources.Pods,
            "new",
            p => p.Status.Conditions?.Exists(c => c is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" }) == true
        );
        ClusterNode back = await NodeEditor.SetUnschedulableAsync(session, name, false, false, default);

        Assert.Equal((true, true, false), (cordoned.Unschedulable, again.Unschedulable, back.Unschedulable));
        await cluster.WaitForAsync(Resources.Pods, "new", p => p.Status.Phase == "Running");
        await cluster.WaitForAsync(Resources.Nodes, name, n => n.Spec.Taints is null or []);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_dry_run_returns_the_change_and_stores_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        ClusterNode labelled = await NodeEditor.SetLabelsAsync(session, name, Map(("a", "1")), false, true, default);
        ClusterNode cordoned = await NodeEditor.SetUnschedulableAsync(session, name, true, true, default);
        await NodeEditor.DeleteAsync(session, name, false, true, default);

        Node after = await cluster.GetAsync(Resources.Nodes, name);
        Assert.Equal(("1", true), (labelled.Labels["a"], cordoned.Unschedulable));
        Assert.Equal((false, null), (after.Metadata.Labels!.ContainsKey("a"), after.Spec.Unschedulable));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_node_is_an_error(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        NodeManagerSession session = await cluster.ConnectAsync();

        foreach (
            Func<Task> change in (Func<Task>[])
                [
                    () => NodeEditor.SetLabelsAsync(session, "no-such-node", Map(("a", "1")), true, false, default),
                    () => NodeEditor.SetTaintsAsync(session, "no-such-node", [Taint("a", "", "NoSchedule")], true, false, default),
                    () => NodeEditor.SetUnschedulableAsync(session, "no-such-node", true, false, default),
                    () => NodeEditor.DeleteAsync(session, "no-such-node", false, false, default),
                ]
        )
        {
            NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(change);
            Assert.Equal(ErrorIds.NodeNotFound, e.ErrorId);
            Assert.Contains("no-such-node", e.Message, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_with_pods_is_not_deleted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("precious", name);
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.DeleteAsync(session, name, false, false, default)
        );
        bool kept = await cluster.ExistsAsync(Resources.Nodes, name);
        await NodeEditor.DeleteAsync(session, name, true, false, default);

        Assert.Equal(ErrorIds.NodeHoldsPods, e.ErrorId);
        Assert.Contains($"{cluster.Namespace}/precious", e.Message, StringComparison.Ordinal);
        Assert.True(kept);
        await cluster.WaitForGoneAsync(Resources.Nodes, name);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_with_only_DaemonSet_pods_is_deleted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string name = await cluster.AddNodeAsync();
        await cluster.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 1);

        await NodeEditor.DeleteAsync(await cluster.ConnectAsync(), name, false, false, default);

        await cluster.WaitForGoneAsync(Resources.Nodes, name);
    }

    private static Dictionary<string, string> Map(params (string Key, string Value)[] entries) =>
        entries.ToDictionary(e => e.Key, e => e.Value);

    private static NodeTaint Taint(string key, string value, string effect) =>
        new()
        {
            Key = key,
            Value = value,
            Effect = effect,
        };
}
