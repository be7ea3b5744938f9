using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeEditorTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Overwriting_labels_is_one_patch_of_only_these_keys()
    {
        var store = new NodeStore(Sample.NodeJson("n", labels: """{"a":"1","keep":"me"}"""));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode node = await NodeEditor.SetLabelsAsync(session, "n", Map("a", "2", "b", "3"), true, false, None);

        Request patch = Assert.Single(store.Server.Requests);
        Assert.Equal("""{"metadata":{"labels":{"a":"2","b":"3"}}}""", patch.Body);
        Assert.Equal("a=2,b=3,keep=me", node.Labels.ToString());
    }

    [Fact]
    public async Task A_new_label_is_patched_with_the_resourceVersion_that_was_read()
    {
        var store = new NodeStore(Sample.NodeJson("n", version: "7", labels: """{"a":"1"}"""));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        await NodeEditor.SetLabelsAsync(session, "n", Map("a", "1", "b", "2"), false, false, None);

        Assert.Equal(["GET", "PATCH"], store.Server.Requests.Select(r => r.Method));
        Assert.Equal("""{"metadata":{"labels":{"b":"2"},"resourceVersion":"7"}}""", store.Server.Requests[1].Body);
    }

    [Fact]
    public async Task A_known_node_is_not_read_again()
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        using NodeManagerSession session = await store.Server.ConnectAsync();
        ClusterNode known = await ReadAsync(session);

        await NodeEditor.SetLabelsAsync(session, "n", Map("b", "2"), false, false, None, known);

        Assert.Equal(["GET", "PATCH"], store.Server.Requests.Select(r => r.Method));
        Assert.Equal("2", store.Label("b"));
    }

    [Fact]
    public async Task A_node_without_a_resourceVersion_is_read_first()
    {
        var store = new NodeStore(Sample.NodeJson("n", labels: """{"a":"1"}"""));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetLabelsAsync(session, "n", Map("a", "2"), false, false, None, new() { Name = "n", Status = "Ready" })
        );

        Assert.Equal(ErrorIds.ValueExists, error.ErrorId);
        Assert.Equal("1", store.Label("a"));
    }

    [Fact]
    public async Task An_outdated_node_is_read_again()
    {
        var store = new NodeStore(Sample.NodeJson("n", labels: """{"a":"1"}"""));
        using NodeManagerSession session = await store.Server.ConnectAsync();
        ClusterNode known = await ReadAsync(session);
        await NodeEditor.RemoveLabelsAsync(session, "n", ["a"], false, None);

        ClusterNode node = await NodeEditor.SetLabelsAsync(session, "n", Map("a", "2"), false, false, None, known);

        Assert.Equal("2", node.Labels["a"]);
    }

    [Fact]
    public async Task Another_value_is_an_error_without_overwrite_and_nothing_is_sent()
    {
        var store = new NodeStore(Sample.NodeJson("n", labels: """{"a":"1","b":"2"}"""));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetLabelsAsync(session, "n", Map("a", "x", "b", "y", "new", "z"), false, false, None)
        );

        Assert.Equal(ErrorIds.ValueExists, error.ErrorId);
        Assert.Contains("a=1, b=2", error.Message, StringComparison.Ordinal);
        Assert.Equal("n", error.Target);
        Assert.DoesNotContain(store.Server.Requests, r => r.Method == "PATCH");
    }

    [Fact]
    public async Task A_change_without_effect_is_not_sent()
    {
        var store = new NodeStore(
            Sample.NodeJson("n", labels: """{"a":"1"}""", spec: """{"taints":[{"key":"k","effect":"NoSchedule"}]}""")
        );
        using NodeManagerSession session = await store.Server.ConnectAsync();

        await NodeEditor.SetLabelsAsync(session, "n", Map("a", "1"), false, false, None);
        await NodeEditor.SetTaintsAsync(session, "n", [Taint("k", "")], false, false, None);
        await NodeEditor.RemoveTaintsAsync(session, "n", [("gone", null)], false, None);

        Assert.DoesNotContain(store.Server.Requests, r => r.Method == "PATCH");
    }

    [Fact]
    public async Task Removing_labels_takes_one_request()
    {
        var store = new NodeStore(Sample.NodeJson("n", labels: """{"a":"1","b":"2"}"""));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode node = await NodeEditor.RemoveLabelsAsync(session, "n", ["a", "gone"], false, None);

        Assert.Equal("""{"metadata":{"labels":{"a":null,"gone":null}}}""", Assert.Single(store.Server.Requests).Body);
        Assert.Equal("b=2", node.Labels.ToString());
    }

    [Fact]
    public async Task Annotations_are_set_and_removed_alike()
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode set = await NodeEditor.SetAnnotationsAsync(session, "n", Map("example.com/why", "any text: {}"), false, false, None);
        ClusterNode removed = await NodeEditor.RemoveAnnotationsAsync(session, "n", ["example.com/why"], false, None);

        Assert.Equal("any text: {}", set.Annotations["example.com/why"]);
        Assert.Empty(removed.Annotations);
    }

    [Fact]
    public async Task Two_conflicts_are_retried_and_changes_of_other_clients_are_kept()
    {
        var store = new NodeStore(Sample.NodeJson("n", spec: """{"taints":[{"key":"a","effect":"NoSchedule"}]}"""));
        store.Interferences.Enqueue(n => n["spec"]!["taints"]!.AsArray().Add(JsonNode.Parse("""{"key":"b","effect":"NoSchedule"}""")));
        store.Interferences.Enqueue(n => n["spec"]!["taints"]!.AsArray().RemoveAt(0));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode node = await NodeEditor.SetTaintsAsync(session, "n", [Taint("c", "v")], false, false, None);

        Assert.Equal("b:NoSchedule, c=v:NoSchedule", node.Taints.ToString());
        Assert.Equal(3, store.Server.Requests.Count(r => r.Method == "PATCH"));
    }

    [Fact]
    public async Task Taints_keep_their_order_and_unknown_fields()
    {
        var store = new NodeStore(
            Sample.NodeJson(
                "n",
                spec: """
                {"taints":[{"key":"z","effect":"NoExecute","timeAdded":"2025-01-01T00:00:00Z","future":{"x":1}},{"key":"k","value":"1","effect":"NoSchedule"},{"key":"k","effect":"NoExecute"}]}
                """
            )
        );
        using NodeManagerSession session = await store.Server.ConnectAsync();

        await NodeEditor.SetTaintsAsync(session, "n", [Taint("k", "2"), Taint("new", "")], true, false, None);

        Assert.Equal(
            """[{"key":"z","effect":"NoExecute","timeAdded":"2025-01-01T00:00:00Z","future":{"x":1}},{"key":"k","value":"2","effect":"NoSchedule"},{"key":"k","effect":"NoExecute"},{"key":"new","effect":"NoSchedule"}]""",
            store.Node["spec"]!["taints"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task Taints_of_a_known_node_keep_order_and_unknown_fields()
    {
        var store = new NodeStore(
            Sample.NodeJson(
                "n",
                spec: """
                {"taints":[{"key":"z","effect":"NoExecute","future":{"x":1}},{"key":"k","value":"1","effect":"NoSchedule","future":{"x":2}},{"key":"gone","effect":"NoSchedule"}]}
                """
            )
        );
        using NodeManagerSession session = await store.Server.ConnectAsync();
        ClusterNode known = await ReadAsync(session);

        ClusterNode removed = await NodeEditor.RemoveTaintsAsync(session, "n", [("gone", null)], false, None, known);
        await NodeEditor.SetTaintsAsync(session, "n", [Taint("k", "2"), Taint("new", "")], true, false, None, removed);

        Assert.Equal(
            """[{"key":"z","effect":"NoExecute","future":{"x":1}},{"key":"k","value":"2","effect":"NoSchedule","future":{"x":2}},{"key":"new","effect":"NoSchedule"}]""",
            store.Node["spec"]!["taints"]!.ToJsonString()
        );
        Assert.Equal(["GET", "PATCH", "PATCH"], store.Server.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task Another_value_of_a_taint_needs_overwrite()
    {
        var store = new NodeStore(Sample.NodeJson("n", spec: """{"taints":[{"key":"k","value":"1","effect":"NoSchedule"}]}"""));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetTaintsAsync(session, "n", [Taint("k", "2")], false, false, None)
        );

        Assert.Equal(ErrorIds.ValueExists, error.ErrorId);
    }

    [Fact]
    public async Task A_key_removes_all_effects_and_a_key_with_effect_only_one()
    {
        const string Taints =
            """{"taints":[{"key":"k","effect":"NoSchedule"},{"key":"k","effect":"NoExecute"},{"key":"l","effect":"NoSchedule"},{"key":"l","effect":"NoExecute"}]}""";
        var store = new NodeStore(Sample.NodeJson("n", spec: Taints));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode node = await NodeEditor.RemoveTaintsAsync(session, "n", [("k", null), ("l", "NoExecute")], false, None);

        Assert.Equal("l:NoSchedule", node.Taints.ToString());
    }

    [Fact]
    public async Task Fifty_concurrent_writers_lose_nothing()
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i =>
                    i % 2 == 0
                        ? NodeEditor.SetTaintsAsync(session, "n", [Taint(Key(i), "v")], false, false, None)
                        : NodeEditor.SetLabelsAsync(session, "n", Map(Key(i), "v"), i % 4 == 1, false, None)
                )
        );

        Assert.Equal(25, store.Node["spec"]!["taints"]!.AsArray().Count);
        Assert.Equal(25, store.Node["metadata"]!["labels"]!.AsObject().Count);
        static string Key(int i) => "k" + i.ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_returns_the_expected_node()
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode node = await NodeEditor.SetLabelsAsync(session, "n", Map("a", "1"), false, true, None);

        Assert.Equal("1", node.Labels["a"]);
        Assert.Null(store.Label("a"));
    }

    [Fact]
    public async Task Cordoning_and_uncordoning_take_one_request_each()
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        store.Node["metadata"]!["annotations"] = new JsonObject { ["nodemanager.io/drain"] = "{}", ["other"] = "stays" };
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode cordoned = await NodeEditor.SetUnschedulableAsync(session, "n", true, false, None);
        ClusterNode back = await NodeEditor.SetUnschedulableAsync(session, "n", false, false, None);

        Assert.True(cordoned.Unschedulable);
        Assert.Equal(2, cordoned.Annotations.Count);
        Assert.False(back.Unschedulable);
        Assert.Equal("other=stays", back.Annotations.ToString());
        Assert.Equal(2, store.Server.Requests.Count);
    }

    [Fact]
    public async Task A_known_UID_is_part_of_the_patch_without_another_request()
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        NodeTarget target = new("N", store.Node["metadata"]!["uid"]!.GetValue<string>());
        using NodeManagerSession session = await store.Server.ConnectAsync();

        await NodeEditor.SetUnschedulableAsync(session, target, true, false, None);
        await NodeEditor.SetLabelsAsync(session, target, Map("b", "2"), true, false, None);
        await NodeEditor.RemoveLabelsAsync(session, target, ["b"], false, None);

        Assert.Equal(3, store.Server.Requests.Count);
        Assert.All(store.Server.Requests, r => Assert.Equal(target.Uid, r.Json["metadata"]!["uid"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Patterns_remove_matching_keys_with_the_resourceVersion()
    {
        JsonObject node = Sample.NodeJson("n");
        node["metadata"]!["labels"] = new JsonObject
        {
            ["example.com/a"] = "1",
            ["example.com/b"] = "2",
            ["kubernetes.io/hostname"] = "n",
        };
        var store = new NodeStore(node);
        using NodeManagerSession session = await store.Server.ConnectAsync();

        ClusterNode left = await NodeEditor.RemoveLabelsAsync(session, "n", ["*"], false, None);
        ClusterNode same = await NodeEditor.RemoveLabelsAsync(session, "n", ["no-such-*"], false, None);

        Assert.Equal("kubernetes.io/hostname=n", left.Labels.ToString());
        Assert.Equal("kubernetes.io/hostname=n", same.Labels.ToString());
        Assert.NotNull(Assert.Single(store.Server.Requests, r => r.Method == "PATCH").Json["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_missing_node_is_named_in_the_error()
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetUnschedulableAsync(session, "other", true, false, None)
        );

        Assert.Equal(ErrorIds.NodeNotFound, error.ErrorId);
        Assert.Equal("other", error.Target);
    }

    [Theory]
    [InlineData("node.kubernetes.io/unschedulable")]
    [InlineData("node.kubernetes.io/not-ready")]
    [InlineData("node.kubernetes.io/unreachable")]
    [InlineData("node.kubernetes.io/memory-pressure")]
    [InlineData("node.kubernetes.io/disk-pressure")]
    [InlineData("node.kubernetes.io/pid-pressure")]
    [InlineData("node.kubernetes.io/network-unavailable")]
    public async Task Taints_of_controllers_are_refused(string key)
    {
        var store = new NodeStore(Sample.NodeJson("n"));
        using NodeManagerSession session = await store.Server.ConnectAsync();

        NodeManagerException set = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetTaintsAsync(session, "n", [Taint(key, "")], true, false, None)
        );
        NodeManagerException removed = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.RemoveTaintsAsync(session, "n", [(key, null)], false, None)
        );

        Assert.Equal([ErrorIds.TaintOwnedByController, ErrorIds.TaintOwnedByController], [set.ErrorId, removed.ErrorId]);
        Assert.Empty(store.Server.Requests);
    }

    [Fact]
    public async Task The_taint_of_the_cloud_provider_can_be_removed()
    {
        var store = new NodeStore(
            Sample.NodeJson(
                "n",
                spec: """{"taints":[{"key":"node.cloudprovider.kubernetes.io/uninitialized","value":"true","effect":"NoSchedule"}]}"""
            )
        );
        using NodeManagerSession session = await store.Server.ConnectAsync();

        Assert.Empty(
            (
                await NodeEditor.RemoveTaintsAsync(session, "n", [("node.cloudprovider.kubernetes.io/uninitialized", null)], false, None)
            ).Taints
        );
    }

    private static async Task<ClusterNode> ReadAsync(NodeManagerSession session) =>
        await NodeReader.ReadAsync(session, new() { Names = ["n"] }, e => throw e, new RecordingObserver(), None).SingleAsync(None);

    private static NodeTaint Taint(string key, string value) =>
        new()
        {
            Key = key,
            Value = value,
            Effect = "NoSchedule",
        };

    private static Dictionary<string, string> Map(params string[] pairs) => pairs.Chunk(2).ToDictionary(p => p[0], p => p[1]);
}
