using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Providers.Agents;
using NodeManager.Server.Access;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Agents;

/// <summary>A person who approves a plan sees what is sent, in every answer.</summary>
public sealed class AgentPlanContentTests(AgentServer server) : IClassFixture<AgentServer>
{
    private const string ControllerTaint = "node.kubernetes.io/unschedulable";
    private const string Role = "node-role.kubernetes.io/control-plane",
        Exclude = "node.kubernetes.io/exclude-from-external-load-balancers";

    private static readonly JsonTypeInfo<JsonObject> Document =
        (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject));

    [Fact]
    public async Task A_label_without_a_value_is_a_change_in_every_answer()
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        string token = server.Token(AccessLevel.Admin),
            node = await WorkerAsync();

        CallToolResult answer = await AgentServer.CallAsync(
            agent,
            "request_change",
            AgentToolTests.Request("SetLabels", node, $$$"""{"labels":{"{{{Role}}}":"","{{{Exclude}}}":""}}""")
        );

        JsonElement plan = answer.StructuredContent!.Value;
        string id = plan.GetProperty("id").GetString()!;
        string step = Assert.Single(plan.GetProperty("steps").EnumerateArray()).GetString()!;
        Assert.Equal(
            $"Set labels of node {node}: sends {Role}=\"\", {Exclude}=\"\"; Labels[{Role}]: (absent) -> \"\"; Labels[{Exclude}]: (absent) -> \"\"",
            step
        );
        Assert.Equal(
            ["", ""],
            plan.GetProperty("sends").GetProperty("labels").EnumerateObject().Select(static one => one.Value.GetString())
        );
        Assert.All(
            plan.GetProperty("fields").EnumerateArray(),
            static field =>
            {
                Assert.False(field.TryGetProperty("before", out _));
                Assert.Equal("", field.GetProperty("after").GetString());
            }
        );

        using HttpClient person = server.Person(token);
        JsonObject shown = JsonNode.Parse(await person.GetStringAsync($"/api/v1/agents/plans/{id}"))!.AsObject();
        Assert.Equal(step, (string?)shown["steps"]![0]);
        Assert.Equal(
            $$"""[{"node":"{{node}}","field":"Labels[{{Role}}]","after":""},{"node":"{{node}}","field":"Labels[{{Exclude}}]","after":""}]""",
            shown["data"]!["fields"]!.ToJsonString()
        );

        using var client = new AgentPlanClient(server.Address, token);
        NodeAgentPlan held = await client.GetAsync(id, CancellationToken.None);
        Assert.Equal($"{Role}=,{Exclude}=", held.Labels.ToString());
        Assert.Equal(
            [$"{node} Labels[{Role}]: (absent) -> \"\"", $"{node} Labels[{Exclude}]: (absent) -> \"\""],
            held.Fields.Select(static one => one.ToString())
        );
    }

    [Fact]
    public async Task Every_announced_field_is_what_the_server_has_after_the_plan()
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        using HttpClient person = server.Person(server.Token(AccessLevel.Admin));
        string node = await WorkerAsync();
        var random = new Random(40);
        for (int round = 0; round < 40; round++)
        {
            await PrepareAsync(node, random);
            (string action, string more) = Next(random);
            SortedDictionary<string, string> before = Facts(await ReadAsync(node));
            CallToolResult requested = await AgentServer.CallAsync(agent, "request_change", AgentToolTests.Request(action, node, more));
            Assert.True(requested.IsError != true, AgentToolTests.Text(requested));
            string id = requested.StructuredContent!.Value.GetProperty("id").GetString()!;

            JsonObject plan = JsonNode.Parse(await person.GetStringAsync($"/api/v1/agents/plans/{id}"))!.AsObject();
            (await person.PostAsync($"/api/v1/agents/plans/{id}/approve", null)).EnsureSuccessStatusCode();
            CallToolResult applied = await AgentServer.CallAsync(agent, "apply_plan", JsonSerializer.Serialize(new { id }));
            Assert.True(applied.IsError != true, AgentToolTests.Text(applied));

            SortedDictionary<string, string> after = Facts(await ReadAsync(node));
            string[] expected =
            [
                .. before
                    .Keys.Union(after.Keys)
                    .Order(StringComparer.Ordinal)
                    .Where(key => before.GetValueOrDefault(key, "absent") != after.GetValueOrDefault(key, "absent"))
                    .Select(key => $"{key}: {before.GetValueOrDefault(key, "absent")} -> {after.GetValueOrDefault(key, "absent")}"),
            ];
            string[] announced =
            [
                .. plan["data"]!["fields"]!
                    .AsArray()
                    .Select(static one =>
                        (Field: (string)one!["field"]!, Before: Others((string?)one["before"]), After: Others((string?)one["after"]))
                    )
                    .Where(static one => one.Before != one.After)
                    .Select(static one => $"{one.Field}: {Quoted(one.Before)} -> {Quoted(one.After)}")
                    .Order(StringComparer.Ordinal),
            ];
            string step = (string)plan["steps"]![0]!;
            Assert.True(
                expected.SequenceEqual(announced),
                $"round {round}, {action} {more}:\nserver:    {string.Join("; ", expected)}\nannounced: {string.Join("; ", announced)}"
            );
            Assert.Contains(": sends ", step, StringComparison.Ordinal);
            Assert.DoesNotContain("nothing", step, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_drain_shows_its_options_and_all_its_pods()
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        string node = await WorkerAsync();

        CallToolResult answer = await AgentServer.CallAsync(
            agent,
            "request_change",
            AgentToolTests.Request("Drain", node, """{"deleteEmptyDirData":true,"deleteUnmanagedPods":true,"timeoutSeconds":90}""")
        );

        JsonElement plan = answer.StructuredContent!.Value;
        Assert.Contains(
            "delete emptyDir data, delete unmanaged pods, for at most 1m30s",
            plan.GetProperty("steps")[0].GetString(),
            StringComparison.Ordinal
        );
        Assert.True(plan.GetProperty("sends").GetProperty("deleteEmptyDirData").GetBoolean());
        using var client = new AgentPlanClient(server.Address, server.Token(AccessLevel.Admin));
        NodeAgentPlan held = await client.GetAsync(plan.GetProperty("id").GetString()!, CancellationToken.None);
        Assert.Equal((true, true, TimeSpan.FromSeconds(90)), (held.DeleteEmptyDirData, held.DeleteUnmanagedPods, held.Timeout));
        Assert.NotEmpty(held.Pods);
        Assert.All(held.Pods, pod => Assert.Contains(held.Steps, step => step.Contains(pod, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("example.com/out=true:NoExecute")]
    [InlineData("example.com/out:NoExecute")]
    public async Task A_taint_that_evicts_is_refused_and_the_refusal_names_the_drain(string taint)
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        string node = await WorkerAsync();

        CallToolResult answer = await AgentServer.CallAsync(
            agent,
            "request_change",
            AgentToolTests.Request("SetTaints", node, JsonSerializer.Serialize(new { taints = new[] { "a:NoSchedule", taint } }))
        );

        Assert.True(answer.IsError);
        JsonElement refusal = answer.StructuredContent!.Value;
        Assert.Equal(ErrorIds.AgentChangeInvalid, refusal.GetProperty("error").GetString());
        Assert.Contains("PodDisruptionBudgets", refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("Drain", refusal.GetProperty("action").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("changed", ErrorIds.AgentPlanOutdated)]
    [InlineData("refused", ErrorIds.Forbidden)]
    public async Task A_plan_that_fails_after_its_first_node_names_the_nodes_with_and_without_the_change(string way, string error)
    {
        await using McpClient agent = await server.ConnectAsync(server.Token(AccessLevel.Viewer));
        using HttpClient person = server.Person(server.Token(AccessLevel.Admin));
        string[] nodes = [.. (await WorkersAsync()).Take(3)];
        string label = "example.com/" + way;
        CallToolResult requested = await AgentServer.CallAsync(
            agent,
            "request_change",
            JsonSerializer.Serialize(
                new
                {
                    action = "SetLabels",
                    nodes,
                    reason = "a test",
                    labels = new Dictionary<string, string> { [label] = "x" },
                }
            )
        );
        string id = requested.StructuredContent!.Value.GetProperty("id").GetString()!;
        (await person.PostAsync($"/api/v1/agents/plans/{id}/approve", null)).EnsureSuccessStatusCode();
        // All nodes have been checked before the first one is patched.
        if (way == "changed")
            server.Faults.Inject(Fault.After(() => RelabelAsync(nodes[1])), when: request => Patches(request, nodes[0]));
        else
            server.Faults.Inject(Fault.Answer(HttpStatusCode.Forbidden, "Forbidden"), when: request => Patches(request, nodes[1]));

        CallToolResult applied = await AgentServer.CallAsync(agent, "apply_plan", JsonSerializer.Serialize(new { id }));

        Assert.True(applied.IsError);
        JsonElement failure = applied.StructuredContent!.Value;
        string message = failure.GetProperty("message").GetString()!;
        Assert.Equal(error, failure.GetProperty("error").GetString());
        Assert.StartsWith($"SetLabels was applied to {nodes[0]}, and failed for {nodes[1]}: ", message, StringComparison.Ordinal);
        Assert.EndsWith($" It was not applied to {nodes[2]}.", message, StringComparison.Ordinal);
        JsonObject plan = JsonNode.Parse(await person.GetStringAsync($"/api/v1/agents/plans/{id}"))!.AsObject();
        Assert.Equal((AgentPlanStatus.Failed, message), ((string)plan["status"]!, (string)plan["result"]!));
        foreach (string node in nodes)
            Assert.Equal(node == nodes[0], (await ReadAsync(node))["metadata"]!["labels"]![label] is not null);
    }

    // Without the taint that a controller sets and removes after a cordon.
    private static string? Others(string? value)
    {
        if (value is null || !value.Contains(ControllerTaint, StringComparison.Ordinal))
            return value;
        return
            string.Join(", ", value.Split(", ").Where(static one => !one.StartsWith(ControllerTaint, StringComparison.Ordinal)))
                is { Length: > 0 } others
            ? others
            : null;
    }

    private static string Quoted(string? value) => value is null ? "absent" : $"'{value}'";

    // Another client's changes between two plans.
    private async Task PrepareAsync(string node, Random random)
    {
        string[] values = ["", "x"];
        JsonObject patch = new()
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = new JsonObject
                {
                    [random.Next(2) == 0 ? Role : "example.com/a"] = random.Next(2) == 0 ? null : values[random.Next(2)],
                },
                ["annotations"] = new JsonObject
                {
                    ["nodemanager.io/drain"] = random.Next(2) == 0 ? null : """{"by":"a@b","reason":"","at":"2026-01-01T00:00:00Z"}""",
                },
            },
        };
        await server
            .Session.Connection()
            .Client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(patch), null, RequestOptions.Default, CancellationToken.None);
    }

    private static (string Action, string More) Next(Random random)
    {
        string key = random.Next(2) == 0 ? Role : "example.com/a",
            value = random.Next(2) == 0 ? "" : "x",
            effect = random.Next(2) == 0 ? "NoSchedule" : "PreferNoSchedule";
        return random.Next(6) switch
        {
            0 => ("SetLabels", $$$"""{"labels":{"{{{key}}}":"{{{value}}}"}}"""),
            1 => ("RemoveLabels", $$"""{"labelKeys":["{{key}}"]}"""),
            2 => ("SetTaints", $$"""{"taints":["{{key}}={{value}}:{{effect}}"]}"""),
            3 => ("RemoveTaints", $$"""{"taints":["{{key}}"]}"""),
            4 => ("Cordon", "{}"),
            _ => ("Uncordon", "{}"),
        };
    }

    private static SortedDictionary<string, string> Facts(JsonObject node)
    {
        SortedDictionary<string, string> facts = new(StringComparer.Ordinal);
        foreach ((string field, string name) in new[] { ("labels", "Labels"), ("annotations", "Annotations") })
        foreach ((string key, JsonNode? value) in node["metadata"]![field] as JsonObject ?? [])
            facts[$"{name}[{key}]"] = Quoted((string)value!);
        facts["Unschedulable"] = Quoted(node["spec"]!["unschedulable"]?.GetValue<bool>() == true ? "True" : "False");
        string taints = string.Join(
            ", ",
            (node["spec"]!["taints"] as JsonArray ?? [])
                .Where(static one => (string?)one!["key"] != ControllerTaint)
                .Select(static one => $"{one!["key"]}{((string?)one["value"] is { Length: > 0 } value ? "=" + value : "")}:{one["effect"]}")
        );
        if (taints.Length > 0)
            facts["Taints"] = Quoted(taints);
        return facts;
    }

    // Once the controller that taints cordoned nodes has followed.
    private async Task<JsonObject> ReadAsync(string node)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            JsonObject now = await server
                .Session.Connection()
                .Client.SendAsync(HttpMethod.Get, Resources.Nodes.Path(name: node), null, Document, RequestOptions.Default, limit.Token);
            bool isTainted = (now["spec"]!["taints"] as JsonArray ?? []).Any(static one => (string?)one!["key"] == ControllerTaint);
            if (isTainted == (now["spec"]!["unschedulable"]?.GetValue<bool>() == true))
                return now;
            await Task.Delay(20, limit.Token);
        }
    }

    private static bool Patches(HttpRequestMessage request, string node) =>
        request.Method == HttpMethod.Patch && request.RequestUri!.AbsolutePath.EndsWith("/nodes/" + node, StringComparison.Ordinal);

    private Task RelabelAsync(string node) =>
        NodeEditor.SetLabelsAsync(
            server.Session,
            node,
            new Dictionary<string, string> { ["example.com/another-client"] = "x" },
            overwrite: true,
            dryRun: false,
            CancellationToken.None
        );

    private async Task<string> WorkerAsync() => (await WorkersAsync())[0];

    private async Task<string[]> WorkersAsync()
    {
        var nodes = await server.Session.Connection().Client.ListAsync(Resources.Nodes, new(), CancellationToken.None);
        return
        [
            .. nodes
                .Items.Select(static node => node.Metadata.Name)
                .Where(static name => name.StartsWith("worker", StringComparison.Ordinal)),
        ];
    }
}
