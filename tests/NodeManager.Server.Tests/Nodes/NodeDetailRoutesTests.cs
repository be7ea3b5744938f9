using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Nodes;

/// <summary>What a page about one node reads.</summary>
public sealed class NodeDetailRoutesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    [Fact]
    public async Task The_details_of_a_node_contain_conditions_and_versions()
    {
        string name = await WorkerAsync();

        JsonObject details = (await server.Client.GetFromJsonAsync<JsonObject>($"{Nodes}/{name}/details"))!;

        Assert.Equal(name, (string?)details["name"]);
        Assert.StartsWith("v1.", (string?)details["kubelet_version"], StringComparison.Ordinal);
        JsonNode ready = Assert.Single(details["conditions"]!.AsArray(), c => (string?)c!["type"] == "Ready")!;
        Assert.Equal("True", (string?)ready["status"]);
        Assert.InRange((decimal)details["requested"]!["cpu_percent"]!, 0.1m, 100);
    }

    [Fact]
    public async Task The_pods_of_a_node_match_its_pod_count()
    {
        string name = await WorkerAsync();
        int count = (int)(await server.Client.GetFromJsonAsync<JsonObject>($"{Nodes}/{name}"))!["pods"]!;

        JsonArray pods = (await server.Client.GetFromJsonAsync<JsonArray>($"{Nodes}/{name}/pods"))!;

        Assert.Equal(count, pods.Count(p => (string?)p!["status"] is not ("Completed" or "Succeeded" or "Failed")));
        Assert.Contains(pods, p => ((string)p!["owner"]!).StartsWith("DaemonSet/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_are_found_by_a_part_of_namespace_and_name()
    {
        JsonArray found = (await server.Client.GetFromJsonAsync<JsonArray>("/api/v1/pods?search=KUBE-system/kube-p&limit=3"))!;

        Assert.Equal(3, found.Count);
        Assert.All(found, static one => Assert.StartsWith("kube-proxy-", (string)one!["name"]!, StringComparison.Ordinal));
        Assert.All(found, static one => Assert.NotEqual("", (string)one!["node"]!));
        using HttpResponseMessage refused = await server.Client.GetAsync(new Uri("/api/v1/pods?limit=0", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task An_object_has_no_managed_fields_and_is_never_a_Secret()
    {
        JsonObject found = (await server.Client.GetFromJsonAsync<JsonArray>("/api/v1/pods?search=kube-proxy&limit=1"))![0]!.AsObject();
        string ns = (string)found["namespace"]!,
            name = (string)found["name"]!;

        JsonObject pod = (await server.Client.GetFromJsonAsync<JsonObject>($"/api/v1/objects/pods/{name}?namespace={ns}"))!;
        JsonObject node = (await server.Client.GetFromJsonAsync<JsonObject>($"/api/v1/objects/nodes/{(string)found["node"]!}"))!;
        JsonArray budgets = (await server.Client.GetFromJsonAsync<JsonArray>($"/api/v1/pods/{ns}/{name}/budgets"))!;

        Assert.Equal(("Pod", name), ((string)pod["kind"]!, (string)pod["metadata"]!["name"]!));
        Assert.Null(pod["metadata"]!["managedFields"]);
        Assert.Equal("Node", (string)node["kind"]!);
        Assert.Empty(budgets);
        foreach (
            (string path, HttpStatusCode code) in ((string, HttpStatusCode)[])
                [
                    ($"secrets/x?namespace={ns}", HttpStatusCode.BadRequest),
                    ($"pods/{name}", HttpStatusCode.BadRequest),
                    ($"pods/{name}?namespace=..", HttpStatusCode.BadRequest),
                    ($"pods/x%2F..%2F..%2Fsecrets?namespace={ns}", HttpStatusCode.NotFound),
                    ($"pods/none?namespace={ns}", HttpStatusCode.NotFound),
                ]
        )
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/api/v1/objects/" + path, UriKind.Relative));
            Assert.Equal((path, code), (path, answer.StatusCode));
        }
    }

    [Fact]
    public async Task The_PDBs_and_the_log_of_a_pod_are_read()
    {
        JsonObject found = (await server.Client.GetFromJsonAsync<JsonArray>("/api/v1/pods?search=payments/ledger&limit=1"))![0]!.AsObject();
        string path = $"/api/v1/pods/{(string)found["namespace"]!}/{(string)found["name"]!}";

        JsonObject budget = (await server.Client.GetFromJsonAsync<JsonArray>(path + "/budgets"))![0]!.AsObject();
        string log = await server.Client.GetStringAsync(new Uri(path + "/log?tail=5", UriKind.Relative));

        Assert.Equal("ledger", (string)budget["name"]!);
        Assert.True((int)budget["desired_healthy"]! > 0);
        Assert.InRange(log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 5);
    }

    [Fact]
    public async Task The_events_of_a_node_report_a_drain()
    {
        string name = await WorkerAsync();
        // A drain whose time is over before it cordons leaves no event: on a busy machine its plan alone may take many seconds.
        using HttpResponseMessage drained = await server.Client.PostAsJsonAsync(
            $"{Nodes}/{name}/drain",
            new
            {
                timeout_seconds = 90,
                once = true,
                delete_emptydir_data = true,
                delete_unmanaged_pods = true,
            }
        );

        JsonArray events = (await server.Client.GetFromJsonAsync<JsonArray>($"{Nodes}/{name}/events"))!;

        Assert.True(
            events.Any(e =>
                (string?)e!["source"] == "nodemanager" && ((string)e["reason"]!).StartsWith("NodeDrain", StringComparison.Ordinal)
            ),
            $"{drained.StatusCode} {await drained.Content.ReadAsStringAsync()} {events.ToJsonString()}"
        );
        await server.Client.PostAsync(new Uri($"{Nodes}/{name}/uncordon", UriKind.Relative), null);
    }

    [Fact]
    public async Task The_plan_of_a_drain_names_each_pod_and_changes_nothing()
    {
        string name = await WorkerAsync();

        JsonObject plan = (
            await server.Client.GetFromJsonAsync<JsonObject>(
                $"{Nodes}/{name}/drain-plan?delete_emptydir_data=true&delete_unmanaged_pods=true"
            )
        )!;

        Assert.Contains((string?)plan["status"], new[] { NodeDrainPlanStatus.Drainable, NodeDrainPlanStatus.WillNotFinish });
        Assert.Contains(plan["pods"]!.AsArray(), p => (string?)p!["decision"] == DrainDecision.Evict);
        Assert.Contains(plan["pods"]!.AsArray(), p => (string?)p!["decision"] == DrainDecision.Skip && (string)p["owner"]! is ['D', ..]);
        Assert.False((bool)(await server.Client.GetFromJsonAsync<JsonObject>($"{Nodes}/{name}"))!["status"]!["unschedulable"]!);
    }

    [Fact]
    public async Task A_refused_plan_has_a_reason()
    {
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!;
        foreach (string name in nodes.Select(n => (string)n!["name"]!))
        {
            JsonObject plan = (await server.Client.GetFromJsonAsync<JsonObject>($"{Nodes}/{name}/drain-plan"))!;
            Assert.Equal((string?)plan["status"] == NodeDrainPlanStatus.Refused, plan["blockers"]!.AsArray().Count > 0);
        }
    }

    [Theory]
    [InlineData("/none/details", HttpStatusCode.NotFound)]
    [InlineData("/none/pods", HttpStatusCode.NotFound)]
    [InlineData("/none/events", HttpStatusCode.NotFound)]
    [InlineData("/none/drain-plan", HttpStatusCode.NotFound)]
    [InlineData("/work*/pods", HttpStatusCode.NotFound)]
    [InlineData("/No_Name/pods", HttpStatusCode.BadRequest)]
    [InlineData("/none/drain-plan?grace_period_seconds=-1", HttpStatusCode.BadRequest)]
    [InlineData("/none/drain-plan?delete_emptydir_data=perhaps", HttpStatusCode.BadRequest)]
    public async Task Invalid_detail_requests_are_refused(string path, HttpStatusCode status) =>
        Assert.Equal(status, (await server.Client.GetAsync(Nodes + path)).StatusCode);

    private async Task<string> WorkerAsync()
    {
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!;
        return nodes
            .Where(n => (bool)n!["status"]!["ready"]! && !(bool)n["status"]!["unschedulable"]!)
            .Select(n => (string)n!["name"]!)
            .First(n => n.StartsWith("worker", StringComparison.Ordinal));
    }
}
