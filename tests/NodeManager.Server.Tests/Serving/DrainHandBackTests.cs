using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Sessions;

namespace NodeManager.Server.Tests.Serving;

/// <summary>What becomes of work that runs when the server stops.</summary>
public sealed class DrainHandBackTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly DrainOptions Remaining = new()
    {
        Timeout = TimeSpan.FromMinutes(7),
        GracePeriod = TimeSpan.FromSeconds(5),
        DeleteEmptyDirData = true,
        Surge = true,
        PodSelector = "app=web",
    };

    private SandboxCluster _sandbox = null!;
    private NodeManagerSession _session = null!;

    public async Task InitializeAsync()
    {
        _sandbox = SandboxCluster.Start(new() { Programs = SandboxPrograms.All });
        _session = await ConnectAsync();
    }

    public Task DisposeAsync()
    {
        _session.Dispose();
        _sandbox.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_drain_continues_on_the_next_server_and_ends_there()
    {
        BlockedNode blocked = await BlockedNode.FindAsync(_session);
        string node = blocked.Name;
        WebApplication first = await ServeAsync();
        await using (first)
        {
            Assert.Equal(HttpStatusCode.Accepted, await DrainAsync(first, node, isFollowed: true));
            await BlockedAsync(first);
            await first.StopAsync().WaitAsync(Limit);
        }

        Assert.Contains("\"unfinished\"", await NoteAsync(node), StringComparison.Ordinal);
        await using WebApplication second = await ServeAsync();
        TrackedOperation resumed = await ResumedAsync(second);
        Assert.Equal(("local-admin", NodeManager.Maintenance.NodeOperations.Drain), (resumed.By, resumed.Operation.Kind));
        await BlockedAsync(second);
        // A third server finds nothing to resume.
        Assert.DoesNotContain("\"unfinished\"", await NoteAsync(node), StringComparison.Ordinal);

        await blocked.ReleaseAsync(_session);
        Assert.Equal(OperationState.Succeeded, await resumed.Operation.Completion.WaitAsync(Limit));
        var result = Assert.IsType<NodeDrainResult>(Assert.Single(resumed.Operation.Results));
        Assert.Equal((NodeDrainStatus.Drained, node), (result.Status, result.Node));
    }

    [Fact]
    public async Task A_drain_whose_caller_waits_is_answered_and_not_continued()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        WebApplication server = await ServeAsync();
        await using (server)
        {
            Task<HttpStatusCode> answer = DrainAsync(server, node, isFollowed: false);
            await BlockedAsync(server);
            await server.StopAsync().WaitAsync(Limit);
            Assert.Equal(HttpStatusCode.Conflict, await answer.WaitAsync(Limit));
        }

        Assert.DoesNotContain("\"unfinished\"", await NoteAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_that_its_user_cancelled_is_not_continued()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        WebApplication server = await ServeAsync();
        await using (server)
        {
            await DrainAsync(server, node, isFollowed: true);
            await BlockedAsync(server);
            RunningOperation drain = Assert.Single(server.Services.GetRequiredService<OperationRegistry>().All).Operation;
            drain.Cancel();
            await drain.Completion.WaitAsync(Limit);
            await server.StopAsync().WaitAsync(Limit);
        }

        Assert.DoesNotContain("\"unfinished\"", await NoteAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_is_taken_once_by_a_server_of_the_same_user_while_the_node_is_cordoned()
    {
        string[] nodes =
        [
            .. (await NodesAsync()).Where(static one => one.Spec.Unschedulable != true).Select(static one => one.Metadata.Name).Take(3),
        ];
        foreach (string node in nodes)
            await LeaveAsync(node, _session.Time().GetUtcNow());

        Assert.Null(await UnfinishedDrains.TakeAsync(_session, nodes[0], "another user's", default));
        UnfinishedDrain?[] taken = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => UnfinishedDrains.TakeAsync(_session, nodes[0], "ours", default))
        );
        UnfinishedDrain only = Assert.Single(taken, static one => one is not null)!;
        DrainOptions options = UnfinishedDrains.OptionsOf(only, "");
        Assert.Equal(Remaining, options);

        // As kubectl uncordons: the note stays.
        await _session.UseAsync(
            (client, token) =>
                client.PatchAsync(
                    Resources.Nodes,
                    nodes[1],
                    null,
                    Patch.Merge(new() { ["spec"] = new JsonObject { ["unschedulable"] = null } }),
                    null,
                    RequestOptions.Default,
                    token
                ),
            default
        );
        Assert.Null(await UnfinishedDrains.TakeAsync(_session, nodes[1], "ours", default));

        await NodeEditor.SetUnschedulableAsync(_session, nodes[2], false, false, default);
        Assert.Equal("", await NoteAsync(nodes[2]));
    }

    [Fact]
    public async Task A_drain_that_was_left_long_ago_is_not_continued()
    {
        string node = (await NodesAsync()).First(static one => one.Spec.Unschedulable != true).Metadata.Name;
        await LeaveAsync(node, _session.Time().GetUtcNow() - UnfinishedDrains.Lifetime);

        Assert.Null(await UnfinishedDrains.TakeAsync(_session, node, "ours", default));
        Assert.DoesNotContain("\"unfinished\"", await NoteAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_of_the_scheduler_finishes_before_the_server_stops()
    {
        await using WebApplication server = await ServeAsync();
        OperationRegistry operations = server.Services.GetRequiredService<OperationRegistry>();
        TaskCompletionSource restarts = new(TaskCreationOptions.RunContinuationsAsynchronously);
        static object Same(object result) => result;
        TrackedOperation restart = operations.Start(
            "test",
            Same,
            () => RunningOperation.Start("SchedulerRestart", "s", TimeProvider.System, context => restarts.Task.WaitAsync(context.Token)),
            new(Finishes: true)
        );
        TrackedOperation other = operations.Start(
            "test",
            Same,
            () => RunningOperation.Start("Test", "t", TimeProvider.System, context => Task.Delay(Timeout.Infinite, context.Token))
        );

        Task stop = server.StopAsync();

        Assert.Equal(OperationState.Cancelled, await other.Operation.Completion.WaitAsync(Limit));
        Assert.Equal(
            "ServerStopping",
            Assert.Throws<NodeManagerException>(() => operations.Start("test", Same, () => throw new InvalidOperationException())).ErrorId
        );
        Assert.False(stop.IsCompleted);
        restarts.SetResult();
        await stop.WaitAsync(Limit);
        Assert.Equal(OperationState.Succeeded, restart.Operation.State);
    }

    private Task<NodeManagerSession> ConnectAsync() =>
        SessionFactory.ConnectAsync(
            "sandbox",
            _sandbox.Server,
            _sandbox.CreateTransport(),
            null,
            NullLogger.Instance,
            _sandbox.Time,
            CancellationToken.None
        );

    private async Task<WebApplication> ServeAsync()
    {
        WebApplication app = EmbeddedServer.Serve(await ConnectAsync(), EmbeddedServer.Token);
        await app.StartAsync();
        return app;
    }

    private static async Task<HttpStatusCode> DrainAsync(WebApplication server, string node, bool isFollowed)
    {
        using var client = new HttpClient { BaseAddress = new(server.Urls.First()), Timeout = Limit };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.Token);
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
        if (isFollowed)
            request.Headers.Add("Prefer", "respond-async");
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }

    // Until the drain waits for a budget.
    private static async Task BlockedAsync(WebApplication server)
    {
        TrackedOperation drain = await ResumedAsync(server);
        using var limit = new CancellationTokenSource(Limit);
        await foreach (OperationEvent happened in drain.Operation.ReadAsync(0, limit.Token))
            if (happened is OperationMessage { Text: var text } && text.Contains("waiting for PDB", StringComparison.Ordinal))
                return;
        Assert.Fail($"The drain ended as {drain.Operation.State}.");
    }

    private static async Task<TrackedOperation> ResumedAsync(WebApplication server)
    {
        OperationRegistry operations = server.Services.GetRequiredService<OperationRegistry>();
        using var limit = new CancellationTokenSource(Limit);
        while (operations.All.Count == 0)
            await Task.Delay(20, limit.Token);
        return Assert.Single(operations.All);
    }

    private Task<List<Node>> NodesAsync() =>
        _session.UseAsync(async (client, token) => (await client.ListAsync(Resources.Nodes, new(), token)).Items, default);

    private async Task<string> NoteAsync(string node) =>
        (
            await _session.UseAsync((client, token) => client.GetAsync(Resources.Nodes, node, null, token), default)
        ).Metadata.Annotations?.GetValueOrDefault(DrainAnnotation.Key) ?? "";

    private async Task LeaveAsync(string node, DateTimeOffset at)
    {
        var note = new DrainAnnotation("me", "", at, new("ours", "local-admin", at, DrainFields.Write(Remaining)));
        await NodeEditor.SetUnschedulableAsync(_session, node, true, false, default);
        await NodeEditor.SetAnnotationsAsync(
            _session,
            node,
            new Dictionary<string, string> { [DrainAnnotation.Key] = note.ToJson() },
            true,
            false,
            default
        );
    }
}
