using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Nodes;
using NodeManager.Sessions;

namespace NodeManager.Server.Tests.Serving;

/// <summary>Two servers in processes of their own serve one cluster; the one that drains a node is stopped or killed.</summary>
public sealed class DrainHandOverTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_drain_continues_on_the_other_server_when_its_own_one_stops_or_is_killed(bool isKilled)
    {
        Skip.If(OperatingSystem.IsWindows() && !isKilled, "there is no SIGTERM");
        using SandboxCluster cluster = SandboxCluster.Start(new() { Programs = SandboxPrograms.All });
        using SandboxServer served = cluster.Serve(new());
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "sandbox",
            cluster.Server,
            cluster.CreateTransport(),
            null,
            NullLogger.Instance,
            cluster.Time,
            default
        );
        await DetachedKind.InstallAsync(session);
        BlockedNode blocked = await BlockedNode.FindAsync(session);
        string[] serve = ["serve", "--detached", "--kubeconfig", served.KubeconfigPath, "--port", "0"];
        await using ServerProcess first = ServerProcess.Start(serve);
        using HttpClient toFirst = await ClientAsync(first);
        // The first one leads, and works on the drain.
        string operation = await StartDrainAsync(toFirst, blocked.Name);
        await BlockedAsync(toFirst, operation);
        await using ServerProcess second = ServerProcess.Start(serve);
        using HttpClient toSecond = await ClientAsync(second);
        string holder = Assert.Single(await DetachedKind.ListAsync(session)).Holder;

        if (isKilled)
            await first.KillAsync();
        else
            Assert.Equal(0, await first.TerminateAsync());
        Task ended = EndAsync(toSecond, operation);
        await DetachedKind.UntilAsync(session, run => run.Holder != holder && run.Blockers.Count > 0);
        await blocked.ReleaseAsync(session);

        await ended.WaitAsync(Limit);
        JsonObject result = (await toSecond.GetFromJsonAsync<JsonObject>(operation))!;
        Assert.Equal("Succeeded", (string?)result["state"]);
        Assert.Equal(NodeDrainStatus.Drained, (string?)result["results"]![0]!["status"]);
        Node after = await session.UseAsync((client, token) => client.GetAsync(Resources.Nodes, blocked.Name, null, token), default);
        Assert.True(after.Spec.Unschedulable);
    }

    private static async Task<HttpClient> ClientAsync(ServerProcess server)
    {
        string[] said = await server.ReadAsync("Open, once and within 5 minutes:", "Token that changes:");
        var client = new HttpClient { BaseAddress = new(said[0].Split("/#")[0]), Timeout = Limit };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", said[1]);
        return client;
    }

    private static async Task<string> StartDrainAsync(HttpClient server, string node)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{NodeRoutes.Prefix}/nodes/{node}/drain")
        {
            Content = JsonContent.Create(
                new
                {
                    delete_emptydir_data = true,
                    delete_unmanaged_pods = true,
                    timeout_seconds = 0,
                }
            ),
        };
        request.Headers.Add("Prefer", "respond-async");
        using HttpResponseMessage response = await server.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!.OriginalString;
    }

    // The page of another server's drain.
    private static async Task EndAsync(HttpClient server, string operation)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var lines = new StreamReader(await server.GetStreamAsync(operation + "/events", limit.Token));
        while (await lines.ReadLineAsync(limit.Token) is { } line)
            if (line == "event: end")
                return;
        Assert.Fail("The stream has no end: " + await server.GetStringAsync(operation));
    }

    // Until the drain waits for a budget.
    private static async Task BlockedAsync(HttpClient server, string operation)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var lines = new StreamReader(await server.GetStreamAsync(operation + "/events", limit.Token));
        while (await lines.ReadLineAsync(limit.Token) is { } line)
            if (line.Contains("waiting for PDB", StringComparison.Ordinal))
                return;
        Assert.Fail("The drain ended: " + await server.GetStringAsync(operation));
    }
}
