using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Rolling;
using NodeManager.Core.Progress;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Server.Access;

namespace NodeManager.Conformance.Serving;

/// <summary>Updates of pools that the server continues for another process.</summary>
public sealed class ServerUpdateTests
{
    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task An_update_whose_process_has_just_died_is_resumed_over_REST(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2);
        await lab.RelabelAsync("b");
        KillSwitch? power = null;
        NodeManagerSession session = await lab.Cluster.ConnectAsync(inner => power = new(inner));
        using CancellationTokenSource stop = new();
        PoolUpdateRequest request = lab.Request(new() { Soak = lab.Soak });
        Task<PoolUpdateOutcome> first = PoolUpdates.RunAsync(session, request, NullObserver.Instance, stop.Token);
        await lab.WaitForUpdateAsync("an update", static update => update.Status == NodePoolUpdateStatus.Running);
        await lab.ChangeAsync(new() { Pause = true });
        await lab.WaitForUpdateAsync("a pause", static update => update.Status == NodePoolUpdateStatus.Paused);
        await using WebApplication app = ServedApi.Build(await lab.Cluster.ConnectAsync(), isDelegated: false);
        await app.StartAsync();
        using HttpClient client = ServedApi.Client(app, app.Services.GetRequiredService<LocalTokens>().Issue(AccessLevel.Admin));
        string place = $"provider=Cluster&namespace={lab.Lab.Namespace}";
        JsonObject pool = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/nodepools?{place}"))!["nodepools"]!
            .AsArray()
            .Select(static one => one!.AsObject())
            .Single(static one => (string?)one["name"] == RollLab.Pool);

        power!.Kill();
        await stop.CancelAsync();
        await Task.WhenAny(first);
        using HttpResponseMessage answer = await client.PostAsync(
            new Uri($"/api/v1/nodepools/{pool["id"]}/update/resume?{place}", UriKind.Relative),
            null
        );

        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal(NodePoolUpdateStatus.Completed, (string?)JsonNode.Parse(body)!["status"]);
    }
}
