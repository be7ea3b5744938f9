using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Server.Maintenances;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Editors;

/// <summary>Records in the cluster name the caller of the request, and not the user of the server's process.</summary>
public sealed class RequesterTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Caller = "local-admin";

    [Fact]
    public async Task A_drain_names_its_caller_on_the_node_and_in_its_events()
    {
        string node = (await DrainableAsync(1))[0];
        using HttpResponseMessage drained = await server.Client.PostAsJsonAsync(
            $"{NodeRoutes.Prefix}/nodes/{node}/drain",
            new { delete_emptydir_data = true, delete_unmanaged_pods = true }
        );
        Assert.True(drained.IsSuccessStatusCode, await drained.Content.ReadAsStringAsync());

        var stored = await server.Session.Connection().Client.GetAsync(Resources.Nodes, node, null, CancellationToken.None);
        string note = Assert.Single(stored.Metadata.Annotations!, static one => one.Key.Contains("drain", StringComparison.Ordinal)).Value;
        Assert.Equal(Caller, (string?)JsonNode.Parse(note)!["by"]);
        JsonArray events = (await server.Client.GetFromJsonAsync<JsonArray>($"{NodeRoutes.Prefix}/nodes/{node}/events"))!;
        Assert.Contains(
            events,
            static one => ((string)one!["message"]!).StartsWith(Caller + " drains this node", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            events,
            static one => ((string)one!["message"]!).Contains("@" + Environment.MachineName, StringComparison.Ordinal)
        );
        await server.Client.PostAsync(new Uri($"{NodeRoutes.Prefix}/nodes/{node}/uncordon", UriKind.Relative), null);
    }

    [Fact]
    public async Task A_revision_of_the_scheduler_names_its_caller()
    {
        using HttpResponseMessage changed = await server.Client.PutAsJsonAsync(
            "/api/v1/plugins/InterPodAffinity/config?restart=false",
            new { hardPodAffinityWeight = 3 }
        );
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
        JsonArray revisions = (await server.Client.GetFromJsonAsync<JsonArray>("/api/v1/config/revisions"))!;
        Assert.Equal(Caller, (string?)revisions[0]!["by"]);
    }

    [Fact]
    public async Task A_maintenance_names_its_caller_and_its_holder_the_process()
    {
        using HttpResponseMessage done = await server.Client.PostAsJsonAsync(
            MaintenanceRoutes.Path,
            new
            {
                nodes = await DrainableAsync(1),
                delete_emptydir_data = true,
                delete_unmanaged_pods = true,
            }
        );
        Assert.True(done.IsSuccessStatusCode, await done.Content.ReadAsStringAsync());
        var run = (await done.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(Caller, (string?)run["started_by"]);
    }

    [Fact]
    public async Task Work_without_a_request_names_the_process()
    {
        Assert.Null(Requester.Current);
        Assert.EndsWith("@" + Environment.MachineName, server.Session.Who(), StringComparison.Ordinal);
        using (Requester.Use("ann"))
        {
            await Task.Yield();
            Assert.Equal("ann", server.Session.Who());
            Assert.Equal("ann", await Task.Run(() => server.Session.Who()));
            Assert.Contains("@" + Environment.MachineName, server.Session.NewHolder(), StringComparison.Ordinal);
            using (Requester.Use("bob"))
                Assert.Equal("bob", server.Session.Who());
            Assert.Equal("ann", server.Session.Who());
        }

        Assert.Null(Requester.Current);
    }

    private async Task<string[]> DrainableAsync(int count)
    {
        List<string> found = [];
        foreach (JsonNode? node in (await server.Client.GetFromJsonAsync<JsonArray>(NodeRoutes.Prefix + "/nodes"))!)
        {
            var name = (string)node!["name"]!;
            JsonObject plan = (
                await server.Client.GetFromJsonAsync<JsonObject>(
                    $"{NodeRoutes.Prefix}/nodes/{name}/drain-plan?delete_emptydir_data=true&delete_unmanaged_pods=true"
                )
            )!;
            if (
                (bool)node["status"]!["ready"]!
                && (string?)plan["status"] == NodeDrainPlanStatus.Drainable
                && !name.StartsWith("control", StringComparison.Ordinal)
            )
                found.Add(name);
        }

        return [.. found.Take(count)];
    }
}
