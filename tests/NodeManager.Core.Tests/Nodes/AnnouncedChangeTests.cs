using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Tests.Nodes;

/// <summary>
/// What a dry run announces of a change is what the API server of the embedded cluster has afterwards: random changes of random nodes, compared with
/// the documents that the server stores and not with the objects of NodeManager.
/// </summary>
public sealed class AnnouncedChangeTests
{
    private const int Rounds = 150;

    private static readonly string[] Keys =
    [
        "node-role.kubernetes.io/control-plane",
        "node.kubernetes.io/exclude-from-external-load-balancers",
        "example.com/a",
        "example.com/b",
        "plain",
    ];

    private static readonly string[] Values = ["", "", "x", "y"];

    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule"];

    private delegate Task<ClusterNode> Edit(bool dryRun);

    [Fact]
    public async Task Every_announced_change_is_what_the_server_has_afterwards()
    {
        await using ManualCluster cluster = await ManualCluster.StartAsync(3);
        string node = (await cluster.NodesAsync())[^1];
        var random = new Random(20261122);
        ClusterNode? known = null;
        for (int round = 0; round < Rounds; round++)
        {
            await PrepareAsync(cluster, node, random);
            (string name, Edit edit) = Next(cluster, node, random);
            ClusterNode before = await NodeEditor.ReadAsync(cluster.Session, node, default);
            SortedDictionary<string, string?> stored = Facts(await DocumentAsync(cluster, node));

            IReadOnlyList<NodeFieldChange> announced = NodeEditor.Compare(before, await cluster.AwaitAsync(edit(dryRun: true)));
            Assert.Equal(stored, Facts(await DocumentAsync(cluster, node)));
            if (round % 3 == 0)
                known = await ListedAsync(cluster, node);
            await ComparePreviewAsync(cluster, node, round % 3 == 2 ? null : known, edit);
            await cluster.AwaitAsync(edit(dryRun: false));

            SortedDictionary<string, string?> after = Facts(await DocumentAsync(cluster, node));
            string[] expected =
            [
                .. stored
                    .Keys.Union(after.Keys)
                    .Order(StringComparer.Ordinal)
                    .Where(key => stored.ContainsKey(key) != after.ContainsKey(key) || stored[key] != after[key])
                    .Select(key => $"{key}: {Text(stored, key)} -> {Text(after, key)}"),
            ];
            Assert.True(
                expected.SequenceEqual(
                    announced.Select(WithoutControllerTaint).OfType<string>().Order(StringComparer.Ordinal),
                    StringComparer.Ordinal
                ),
                $"round {round}, {name}:\nserver:    {string.Join("; ", expected)}\nannounced: {string.Join("; ", announced)}"
            );
        }
    }

    // A preview is the same for an unknown, an outdated and a current node, which a list reads in another format. A controller may change
    // the node meanwhile.
    private static async Task ComparePreviewAsync(ManualCluster cluster, string node, ClusterNode? known, Edit edit)
    {
        ClusterNode before;
        string expected;
        string? preview;
        do
        {
            before = await NodeEditor.ReadAsync(cluster.Session, node, default);
            expected = NodeEditor.Describe(before, await cluster.AwaitAsync(edit(dryRun: true)));
            preview = await cluster.AwaitAsync(
                NodePreview.DescribeAsync(cluster.Session, node, known, async _ => await edit(dryRun: true), default)
            );
        } while ((await NodeEditor.ReadAsync(cluster.Session, node, default)).ResourceVersion != before.ResourceVersion);
        Assert.Equal(expected, preview);
    }

    // Another client's changes between two edits: the drain and the maintenance of NodeManager included.
    private static async Task PrepareAsync(ManualCluster cluster, string node, Random random)
    {
        JsonObject annotations = new();
        if (random.Next(3) == 0)
            annotations[DrainAnnotation.Key] = """{"by":"a@b","reason":"","at":"2026-01-01T00:00:00Z"}""";
        if (random.Next(3) == 0)
        {
            annotations["example.com/hold"] = "";
            annotations[MaintenanceClaim.Key] = new MaintenanceClaim
            {
                Run = "r",
                Namespace = "default",
                Holder = "h",
                IsBegun = true,
                WasCordoned = random.Next(2) == 0,
                Set = ["example.com/hold"],
            }.ToJson();
        }

        JsonObject patch = new()
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = new JsonObject
                {
                    [Keys[random.Next(Keys.Length)]] = random.Next(2) == 0 ? null : Values[random.Next(Values.Length)],
                },
                ["annotations"] = annotations,
            },
        };
        if (random.Next(3) == 0)
            patch["spec"] = new JsonObject { ["unschedulable"] = true };
        var changed = await cluster
            .Session.Connection()
            .Client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(patch), null, RequestOptions.Default, default);
        if (random.Next(3) == 0)
        {
            await LifecycleConditions.SetAsync(
                cluster.Session.Connection().Client,
                cluster.Now,
                changed,
                [(NodeLifecycleCondition.DrainInProgress, true, "Draining", "")],
                default
            );
        }
    }

    private static (string Name, Edit Edit) Next(ManualCluster cluster, string node, Random random)
    {
        NodeManagerSession session = cluster.Session;
        string key = Keys[random.Next(Keys.Length)],
            value = Values[random.Next(Values.Length)],
            effect = Effects[random.Next(Effects.Length)];
        return random.Next(8) switch
        {
            0 => ($"label {key}={value}", dryRun => NodeEditor.SetLabelsAsync(session, node, Map(key, value), true, dryRun, default)),
            1 => ($"remove label {key}", dryRun => NodeEditor.RemoveLabelsAsync(session, node, [key], dryRun, default)),
            2 => (
                $"annotation {key}={value}",
                dryRun => NodeEditor.SetAnnotationsAsync(session, node, Map(key, value), true, dryRun, default)
            ),
            3 => ($"remove annotation {key}", dryRun => NodeEditor.RemoveAnnotationsAsync(session, node, [key], dryRun, default)),
            4 => (
                $"taint {key}={value}:{effect}",
                dryRun =>
                    NodeEditor.SetTaintsAsync(
                        session,
                        node,
                        [
                            new()
                            {
                                Key = key,
                                Value = value,
                                Effect = effect,
                            },
                        ],
                        true,
                        dryRun,
                        default
                    )
            ),
            5 => ($"remove taint {key}", dryRun => NodeEditor.RemoveTaintsAsync(session, node, [(key, null)], dryRun, default)),
            6 => ("cordon", dryRun => NodeEditor.SetUnschedulableAsync(session, node, true, dryRun, default)),
            _ => ("uncordon", dryRun => NodeEditor.SetUnschedulableAsync(session, node, false, dryRun, default)),
        };
    }

    private static async Task<ClusterNode> ListedAsync(ManualCluster cluster, string node)
    {
        await foreach (
            ClusterNode one in NodeReader.ReadAsync(cluster.Session, new(), static missing => throw missing, NullObserver.Instance, default)
        )
            if (one.Name == node)
                return one;
        throw new InvalidOperationException($"The list has no node {node}.");
    }

    private static Task<JsonObject> DocumentAsync(ManualCluster cluster, string node) =>
        cluster
            .Session.Connection()
            .Client.SendAsync(
                HttpMethod.Get,
                Resources.Nodes.Path(name: node),
                null,
                (System.Text.Json.Serialization.Metadata.JsonTypeInfo<JsonObject>)
                    System.Text.Json.JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject)),
                RequestOptions.Default,
                default
            );

    private static SortedDictionary<string, string?> Facts(JsonObject node)
    {
        SortedDictionary<string, string?> facts = new(StringComparer.Ordinal);
        foreach ((string field, string name) in new[] { ("labels", "Labels"), ("annotations", "Annotations") })
        foreach ((string key, JsonNode? value) in node["metadata"]?[field] as JsonObject ?? [])
            facts[$"{name}[{key}]"] = value!.GetValue<string>();
        facts["Unschedulable"] = node["spec"]?["unschedulable"]?.GetValue<bool>() == true ? "True" : "False";
        // A controller sets and removes this one after the cordon.
        string[] taints =
        [
            .. (node["spec"]?["taints"] as JsonArray ?? [])
                .Where(static one => (string?)one!["key"] != "node.kubernetes.io/unschedulable")
                .Select(static one =>
                    $"{one!["key"]}{((string?)one["value"] is { Length: > 0 } value ? "=" + value : "")}:{one["effect"]}"
                ),
        ];
        if (taints.Length > 0)
            facts["Taints"] = string.Join(", ", taints);
        foreach (JsonNode? condition in node["status"]!["conditions"]!.AsArray())
            facts[$"Conditions[{condition!["type"]}]"] = $"{condition["status"]} ({condition["reason"]})";
        return facts;
    }

    // Null: nothing else changed.
    private static string? WithoutControllerTaint(NodeFieldChange change)
    {
        if (change.Field != "Taints")
            return change.ToString();
        NodeFieldChange other = new()
        {
            Field = change.Field,
            Before = Others(change.Before),
            After = Others(change.After),
        };
        return other.Before == other.After ? null : other.ToString();

        static string? Others(string? taints) =>
            string.Join(
                ", ",
                (taints ?? "").Split(", ").Where(static one => one is not ("" or "node.kubernetes.io/unschedulable:NoSchedule"))
            )
                is { Length: > 0 } others
                ? others
                : null;
    }

    private static string Text(SortedDictionary<string, string?> facts, string key) =>
        !facts.TryGetValue(key, out string? value) ? "(absent)"
        : value!.Length == 0 ? "\"\""
        : value;

    private static Dictionary<string, string> Map(string key, string value) => new() { [key] = value };
}
