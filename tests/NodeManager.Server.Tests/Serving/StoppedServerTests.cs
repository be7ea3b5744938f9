using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Sessions;

namespace NodeManager.Server.Tests.Serving;

/// <summary>What becomes of work that runs when the server stops.</summary>
public sealed class StoppedServerTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private SandboxCluster _sandbox = null!;
    private NodeManagerSession _session = null!;

    public async Task InitializeAsync()
    {
        _sandbox = SandboxCluster.Start(new() { Programs = SandboxPrograms.All });
        _session = await ConnectAsync();
        await DetachedKind.InstallAsync(_session);
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

        NodeMaintenanceRun handedOver = Assert.Single(await DetachedKind.ListAsync(_session));
        Assert.Equal(("Drain", "local-admin", null), (handedOver.Type, handedOver.StartedBy, handedOver.EndedAt));
        await using WebApplication second = await ServeAsync();
        await DetachedKind.UntilAsync(_session, static run => run.Blockers.Count > 0);

        await blocked.ReleaseAsync(_session);
        NodeMaintenanceRun ended = await DetachedKind.UntilAsync(_session, static run => run.EndedAt is not null);
        Assert.Equal((NodeMaintenanceRunStatus.Completed, handedOver.Id), (ended.Status, ended.Id));
        Assert.True(await IsCordonedAsync(node));
    }

    [Fact]
    public async Task A_drain_of_a_server_without_detached_work_ends_with_it()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        WebApplication server = await ServeAsync(detached: null);
        await using (server)
        {
            await DrainAsync(server, node, isFollowed: true);
            await BlockedAsync(server);
            TrackedOperation drain = await OnlyAsync(server);
            await server.StopAsync().WaitAsync(Limit);
            Assert.Equal(OperationState.Cancelled, drain.Operation.State);
        }

        Assert.Empty(await DetachedKind.ListAsync(_session));
        Assert.True(await IsCordonedAsync(node));
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

        Assert.Empty(await DetachedKind.ListAsync(_session));
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

        Assert.Empty(await DetachedKind.ListAsync(_session));
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

    private async Task<WebApplication> ServeAsync(string? detached = DetachedKind.Namespace)
    {
        WebApplication app = EmbeddedServer.Serve(await ConnectAsync(), EmbeddedServer.Token, detached: detached);
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
        TrackedOperation drain = await OnlyAsync(server);
        using var limit = new CancellationTokenSource(Limit);
        await foreach (OperationEvent happened in drain.Operation.ReadAsync(0, limit.Token))
            if (happened is OperationMessage { Text: var text } && text.Contains("waiting for PDB", StringComparison.Ordinal))
                return;
        Assert.Fail($"The drain ended as {drain.Operation.State}.");
    }

    private static async Task<TrackedOperation> OnlyAsync(WebApplication server)
    {
        OperationRegistry operations = server.Services.GetRequiredService<OperationRegistry>();
        using var limit = new CancellationTokenSource(Limit);
        while (operations.All.Count == 0)
            await Task.Delay(20, limit.Token);
        return Assert.Single(operations.All);
    }

    private async Task<bool> IsCordonedAsync(string node) =>
        (await _session.UseAsync((client, token) => client.GetAsync(Resources.Nodes, node, null, token), default)).Spec.Unschedulable
        == true;
}
