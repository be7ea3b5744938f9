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

/// <summary>Two servers in processes of their own serve one cluster; one of them is stopped in the middle of a drain.</summary>
public sealed class DrainHandOverTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [SkippableFact]
    public async Task A_drain_passes_to_the_running_server_when_the_other_gets_SIGTERM()
    {
        Skip.If(OperatingSystem.IsWindows(), "there is no SIGTERM");
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
        await using ServerProcess first = ServerProcess.Start(serve),
            second = ServerProcess.Start(serve);
        using HttpClient toFirst = await ClientAsync(first),
            toSecond = await ClientAsync(second);

        string begun = await StartDrainAsync(toFirst, blocked.Name);
        await BlockedAsync(toFirst, begun);
        Assert.Equal(0, await first.TerminateAsync());

        string run = await RunAsync(
            toSecond,
            static run => $"{run["nodes"]![0]!["message"]}".Contains("waiting for PDB", StringComparison.Ordinal)
        );
        await blocked.ReleaseAsync(session);
        Assert.Equal(run, await RunAsync(toSecond, static run => (string?)run["status"] == NodeMaintenanceRunStatus.Completed));
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

    // The id of the only maintenance, when it meets a condition.
    private static async Task<string> RunAsync(HttpClient server, Func<JsonNode, bool> isMet)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            if (await server.GetFromJsonAsync<JsonArray>("/api/v1/maintenances") is [{ } one] && isMet(one))
                return (string)one["id"]!;
            await Task.Delay(100, limit.Token);
        }
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
