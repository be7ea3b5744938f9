using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests;

/// <summary>One drain of a node runs at a time, whoever starts it, and it is cancelled wherever it runs.</summary>
public sealed class DrainLockTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Nodes = NodeRoutes.Prefix + "/nodes";

    [Fact]
    public async Task A_second_drain_joins_or_is_refused_and_one_cancellation_ends_both()
    {
        string name = await BlockedNodeAsync(0);

        JsonObject first = await StartAsync(name, 600),
            second = await StartAsync(name, 600);
        using HttpResponseMessage other = await PostAsync(name, 60);

        Assert.Equal((string?)first["id"], (string?)second["id"]);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains((string)first["id"]!, await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        long start = TimeProvider.System.GetTimestamp();
        using HttpResponseMessage cancelled = await server.Client.DeleteAsync(
            new Uri($"/api/v1/operations/{first["id"]}", UriKind.Relative)
        );
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        await WaitAsync(
            "the drain has ended",
            async () =>
                (string?)(await server.Client.GetFromJsonAsync<JsonObject>($"/api/v1/operations/{first["id"]}"))!["state"] == "Cancelled"
        );
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await WaitAsync("the node is free", async () => (await NodeAsync(name))["operation"] is null);
    }

    [Fact]
    public async Task A_drain_of_another_process_is_cancelled_by_its_id()
    {
        string name = await BlockedNodeAsync(1);
        Task<NodeDrainResult> drain = DrainAsync(name, new() { Operation = "elsewhere" });
        await WaitAsync("the node names the operation", async () => (string?)(await NodeAsync(name))["operation"]?["id"] == "elsewhere");

        long start = TimeProvider.System.GetTimestamp();
        using HttpResponseMessage cancelled = await server.Client.DeleteAsync(new Uri("/api/v1/operations/elsewhere", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        NodeDrainResult result = await drain;
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(
            (NodeDrainStatus.Cancelled, NodeDrainCancelReason.Requested, true),
            (result.Status, result.CancelReason, result.Cordoned)
        );
        Assert.Contains("local-admin cancelled the operation", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_of_a_control_plane_node_names_it()
    {
        JsonArray all = (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!;
        string name = (string)
            all.First(static node => node!["labels"]!.AsObject().ContainsKey("node-role.kubernetes.io/control-plane"))!["name"]!;

        JsonObject plan = await PlanAsync(name);

        Assert.True((bool)plan["is_control_plane"]!, plan.ToJsonString());
        Assert.Equal("Ready", (string?)plan["node_status"]);
        Assert.Equal("ControlPlane", (string?)plan["consequences"]![0]!["kind"]);
    }

    private async Task<NodeDrainResult> DrainAsync(string name, NodeLockUse use)
    {
        DrainOptions options = new()
        {
            DeleteEmptyDirData = true,
            DeleteUnmanagedPods = true,
            Timeout = TimeSpan.FromMinutes(5),
        };
        return Assert.Single(
            await NodeDrainer.DrainAsync(server.Session, [name], options, NullObserver.Instance, default, use).ToListAsync()
        );
    }

    // A PDB of the seeded cluster holds its drain.
    private async Task<string> BlockedNodeAsync(int index)
    {
        List<string> blocked = [];
        foreach (
            JsonNode? node in (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!.OrderBy(
                static node => (string?)node!["name"],
                StringComparer.Ordinal
            )
        )
        {
            JsonObject plan = await PlanAsync((string)node!["name"]!);
            if ((string?)plan["status"] == NodeDrainPlanStatus.WillNotFinish)
                blocked.Add((string)node["name"]!);
            if (blocked.Count > index)
                return blocked[index];
        }

        throw new InvalidOperationException("The seeded cluster has too few nodes whose drain is blocked.");
    }

    private async Task<JsonObject> PlanAsync(string name) =>
        (
            await server.Client.GetFromJsonAsync<JsonObject>(
                $"{Nodes}/{name}/drain-plan?delete_emptydir_data=true&delete_unmanaged_pods=true"
            )
        )!;

    private async Task<JsonNode> NodeAsync(string name) =>
        (await server.Client.GetFromJsonAsync<JsonArray>(Nodes))!.First(node => (string?)node!["name"] == name)!;

    private async Task<JsonObject> StartAsync(string name, int timeout)
    {
        using HttpResponseMessage answer = await PostAsync(name, timeout);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task<HttpResponseMessage> PostAsync(string name, int timeout)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Nodes}/{name}/drain")
        {
            Content = JsonContent.Create(
                new
                {
                    delete_emptydir_data = true,
                    delete_unmanaged_pods = true,
                    timeout_seconds = timeout,
                }
            ),
        };
        request.Headers.Add("Prefer", "respond-async");
        return await server.Client.SendAsync(request);
    }

    private static async Task WaitAsync(string what, Func<Task<bool>> isSo)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
                throw new TimeoutException(what);
            await Task.Delay(100);
        }
    }
}
