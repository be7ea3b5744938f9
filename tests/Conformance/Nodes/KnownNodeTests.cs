using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Nodes;

/// <summary>Changes of a node that was read before: one request, and a fresh look only where the server refuses it.</summary>
public sealed class KnownNodeTests
{
    private static readonly string[] Once = ["PATCH"];
    private static readonly string[] Again = ["PATCH", "GET", "PATCH"];
    private static readonly string[] Look = ["GET"];

    [SkippableTheory]
    [AllBackends]
    public async Task Each_change_takes_one_request(string backend)
    {
        await using KnownNode node = await KnownNode.CreateAsync(backend, "a=1:NoSchedule", "b:NoExecute", "c=x:PreferNoSchedule");

        await node.AssertAsync(Once, n => n.SetAsync(true, "d=4:NoSchedule", "a:NoSchedule", "c=y:PreferNoSchedule", "b=2:NoExecute"));
        Assert.Equal(["a:NoSchedule", "b=2:NoExecute", "c=y:PreferNoSchedule", "d=4:NoSchedule"], await node.TaintsAsync());
        await node.AssertAsync(Once, n => n.RemoveAsync(("a", null), ("c", "PreferNoSchedule")));
        Assert.Equal(["b=2:NoExecute", "d=4:NoSchedule"], await node.TaintsAsync());
        await node.AssertAsync(Once, n => n.RemoveAsync(("*", null)));
        Assert.Empty(await node.TaintsAsync());
        await node.AssertAsync(Once, n => n.SetAsync(false, "first:NoSchedule", "second=2:NoSchedule"));
        Assert.Equal(["first:NoSchedule", "second=2:NoSchedule"], await node.TaintsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_change_that_seems_unnecessary_is_verified_with_one_read(string backend)
    {
        await using KnownNode node = await KnownNode.CreateAsync(backend, "a=1:NoSchedule");

        await node.AssertAsync(Look, n => n.SetAsync(false, "a=1:NoSchedule"));
        await node.AssertAsync(Look, n => n.RemoveAsync(("b", null)));
        await node.ReadAsync();
        await node.SetByOthersAsync();
        await node.AssertAsync(["GET", "PATCH"], n => n.SetAsync(false, "a=1:NoSchedule"));

        Assert.Equal(["a=1:NoSchedule"], await node.TaintsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_changed_node_is_reread_and_changes_of_other_clients_are_kept(string backend)
    {
        await using KnownNode node = await KnownNode.CreateAsync(backend, "a=1:NoSchedule", "b:NoSchedule", "c:NoSchedule");

        // Another field.
        await node.LabelByOthersAsync();
        await node.AssertAsync(Again, n => n.SetAsync(true, "a=2:NoSchedule"));
        Assert.Equal(["a=2:NoSchedule", "b:NoSchedule", "c:NoSchedule"], await node.TaintsAsync());

        // Another order: what was third is first.
        await node.SetByOthersAsync("c:NoSchedule", "b:NoSchedule", "a=2:NoSchedule");
        await node.AssertAsync(Again, n => n.RemoveAsync(("c", null)));
        Assert.Equal(["b:NoSchedule", "a=2:NoSchedule"], await node.TaintsAsync());

        // A list in which the place of the patch is missing: no conflict for the server, but a patch that does not apply.
        await node.SetByOthersAsync("x:NoSchedule");
        await node.AssertAsync(Again, n => n.SetAsync(true, "a=3:NoSchedule", "y:NoSchedule"));
        Assert.Equal(["x:NoSchedule", "a=3:NoSchedule", "y:NoSchedule"], await node.TaintsAsync());

        // No list at all.
        await node.SetByOthersAsync();
        await node.AssertAsync(["PATCH", "GET"], n => n.RemoveAsync(("x", null)));
        Assert.Empty(await node.TaintsAsync());

        // A list where none was.
        await node.SetByOthersAsync("x:NoSchedule");
        await node.AssertAsync(Again, n => n.SetAsync(false, "y:NoSchedule"));
        Assert.Equal(["x:NoSchedule", "y:NoSchedule"], await node.TaintsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_value_on_the_server_decides_whether_overwrite_is_needed(string backend)
    {
        await using KnownNode node = await KnownNode.CreateAsync(backend, "a=1:NoSchedule");

        NodeManagerException exists = await Assert.ThrowsAsync<NodeManagerException>(() => node.SetAsync(false, "a=2:NoSchedule"));
        await node.SetByOthersAsync();
        await node.AssertAsync(["GET", "PATCH"], n => n.SetAsync(false, "a=2:NoSchedule"));
        await node.SetByOthersAsync("a=9:NoSchedule", "b=9:NoSchedule");
        NodeManagerException late = await Assert.ThrowsAsync<NodeManagerException>(() => node.SetAsync(false, "b=1:NoSchedule"));

        Assert.Equal([ErrorIds.ValueExists, ErrorIds.ValueExists], [exists.ErrorId, late.ErrorId]);
        Assert.Equal(["a=9:NoSchedule", "b=9:NoSchedule"], await node.TaintsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_deleted_or_recreated_node_is_not_changed(string backend)
    {
        await using KnownNode node = await KnownNode.CreateAsync(backend, "a=1:NoSchedule");
        JsonObject manifest = await node.DeleteAsync();

        NodeManagerException gone = await Assert.ThrowsAsync<NodeManagerException>(() => node.SetAsync(true, "a=2:NoSchedule"));
        await node.Cluster.CreateAsync(Resources.Nodes, manifest);
        NodeManagerException replaced = await Assert.ThrowsAsync<NodeManagerException>(() => node.SetAsync(true, "a=2:NoSchedule"));

        Assert.Equal([ErrorIds.NodeNotFound, ErrorIds.NodeReplaced], [gone.ErrorId, replaced.ErrorId]);
        Assert.Equal(["a=1:NoSchedule"], await node.TaintsAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Patterns_of_labels_and_annotations_take_one_request(string backend)
    {
        await using KnownNode node = await KnownNode.CreateAsync(backend);
        Dictionary<string, string> entries = new() { ["example.com/a"] = "1", ["example.com/b"] = "2" };

        await node.AssertAsync(Once, n => NodeEditor.SetLabelsAsync(n.Session, n.Target, entries, false, false, default, n.Known));
        await node.AssertAsync(Once, n => NodeEditor.SetAnnotationsAsync(n.Session, n.Target, entries, false, false, default, n.Known));
        await node.AssertAsync(Once, n => NodeEditor.RemoveLabelsAsync(n.Session, n.Target, ["example.com/*"], false, default, n.Known));
        await node.LabelByOthersAsync();
        await node.AssertAsync(
            Again,
            n => NodeEditor.RemoveAnnotationsAsync(n.Session, n.Target, ["example.com/*"], false, default, n.Known)
        );

        Node after = await node.Cluster.GetAsync(Resources.Nodes, node.Target.Name);
        Assert.DoesNotContain(
            after.Metadata.Labels!.Keys.Concat(after.Metadata.Annotations?.Keys ?? Enumerable.Empty<string>()),
            k => k.StartsWith("example.com/", StringComparison.Ordinal)
        );
    }

    /// <summary>A node, and what a session knows of it.</summary>
    private sealed class KnownNode : IAsyncDisposable
    {
        private RequestLog _log = null!;

        public required TestCluster Cluster { get; init; }

        public NodeManagerSession Session { get; private set; } = null!;

        public ClusterNode Known { get; private set; } = null!;

        public NodeTarget Target => new(Known.Name, Known.Uid);

        public static async Task<KnownNode> CreateAsync(string backend, params string[] taints)
        {
            TestCluster cluster = await TestCluster.StartAsync(backend);
            KnownNode node = new() { Cluster = cluster };
            string name = await cluster.AddNodeAsync(n => n["spec"] = new JsonObject { ["taints"] = List(taints) });
            node.Session = await cluster.ConnectAsync(inner => node._log = new(inner));
            node.Known = await NodeEditor.ReadAsync(node.Session, name, default);
            return node;
        }

        /// <summary>Makes a change with what is known, and compares the requests that it took. Then what it returned is known.</summary>
        public async Task AssertAsync(string[] requests, Func<KnownNode, Task<ClusterNode>> change)
        {
            _log.Clear();
            Known = await change(this);
            Assert.Equal(requests.Select(method => $"{method} /api/v1/nodes/{Known.Name}"), _log.Requests);
        }

        public Task<ClusterNode> SetAsync(bool overwrite, params string[] taints) =>
            NodeEditor.SetTaintsAsync(Session, Target, [.. taints.Select(Parse)], overwrite, false, default, Known);

        public Task<ClusterNode> RemoveAsync(params TaintMatch[] taints) =>
            NodeEditor.RemoveTaintsAsync(Session, Target, taints, false, default, Known);

        public async Task ReadAsync() => Known = await NodeEditor.ReadAsync(Session, Target, default);

        public Task SetByOthersAsync(params string[] taints) =>
            Cluster.PatchNodeAsync(Known.Name, new() { ["spec"] = new JsonObject { ["taints"] = List(taints) } });

        public Task LabelByOthersAsync() =>
            Cluster.PatchNodeAsync(
                Known.Name,
                new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["others"] = Guid.NewGuid().ToString("n") } } }
            );

        /// <summary>Without those of controllers, which taint a node that has just registered.</summary>
        public async Task<IReadOnlyList<string>> TaintsAsync() =>
            [
                .. ((await Cluster.GetAsync(Resources.Nodes, Known.Name)).Spec.Taints ?? [])
                    .Where(t => !t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal))
                    .Select(t => $"{t.Key}{(string.IsNullOrEmpty(t.Value) ? "" : "=" + t.Value)}:{t.Effect}"),
            ];

        /// <returns>What makes the same node again.</returns>
        public async Task<JsonObject> DeleteAsync()
        {
            await Cluster.Client.DeleteAsync(Resources.Nodes, Known.Name, null, new(), default);
            return new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["metadata"] = new JsonObject
                {
                    ["name"] = Known.Name,
                    ["labels"] = new JsonObject(Cluster.Mark.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
                },
                ["spec"] = new JsonObject { ["taints"] = List(["a=1:NoSchedule"]) },
            };
        }

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();

        private static JsonArray List(string[] taints) =>
            [
                .. taints
                    .Select(Parse)
                    .Select(t => new JsonObject
                    {
                        ["key"] = t.Key,
                        ["value"] = t.Value,
                        ["effect"] = t.Effect,
                    }),
            ];

        private static NodeTaint Parse(string text)
        {
            string[] parts = text.Split('=', ':');
            return new()
            {
                Key = parts[0],
                Value = parts.Length == 3 ? parts[1] : "",
                Effect = parts[^1],
            };
        }
    }
}
