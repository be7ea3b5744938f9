using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Sessions;

namespace NodeManager.Server.Tests.Serving;

/// <summary>What becomes of work that runs when the server stops.</summary>
public sealed class StoppedServerTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

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
    public async Task A_drain_is_stored_before_it_is_accepted_and_ends_on_the_next_server()
    {
        BlockedNode blocked = await BlockedNode.FindAsync(_session);
        WebApplication first = await ServeAsync();
        string id;
        await using (first)
        {
            id = await DrainAsync(first, blocked.Name);
            NodeMaintenanceRun stored = Assert.Single(await DetachedKind.ListAsync(_session));
            Assert.Equal(("Drain", "local-admin", null, id), (stored.Type, stored.StartedBy, stored.EndedAt, stored.Id));
            await BlockedAsync(first, id);
            await first.StopAsync().WaitAsync(Limit);
        }

        await using WebApplication second = await ServeAsync();
        // A page that followed the drain asks the next server for it, immediately.
        JsonObject followed = await GetAsync(second, $"/api/v1/operations/{id}");
        Assert.Equal(("Running", "local-admin"), ((string?)followed["state"], (string?)followed["by"]));
        await BlockedAsync(second, id);
        await blocked.ReleaseAsync(_session);
        Assert.Equal(OperationState.Succeeded, await EndAsync(second, id));

        JsonObject result = (await GetAsync(second, $"/api/v1/operations/{id}"))["results"]![0]!.AsObject();
        Assert.Equal(NodeDrainStatus.Drained, (string?)result["status"]);
        Assert.InRange((int)result["pods_deleted"]!, 1, 100);
        Assert.Equal(NodeMaintenanceRunStatus.Completed, Assert.Single(await DetachedKind.ListAsync(_session)).Status);
        Assert.True(await IsCordonedAsync(blocked.Name));
    }

    [Fact]
    public async Task Each_server_lists_joins_and_cancels_a_stored_drain()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        await using WebApplication first = await ServeAsync();
        string id = await DrainAsync(first, node);
        await using WebApplication second = await ServeAsync();
        await BlockedAsync(second, id);
        using HttpClient client = Client(second);

        Assert.Equal(id, (string?)Assert.Single((await client.GetFromJsonAsync<JsonArray>("/api/v1/operations"))!)!["id"]);
        Assert.Equal(id, await DrainAsync(second, node));
        using HttpResponseMessage other = await PostAsync(client, node, timeout: 60, isFollowed: true);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains(id, await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage cancelled = await client.DeleteAsync(new Uri($"/api/v1/operations/{id}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);

        Assert.Equal(OperationState.Cancelled, await EndAsync(second, id));
        Assert.Equal(OperationState.Cancelled, await EndAsync(first, id));
        string operation = (await GetAsync(first, $"/api/v1/operations/{id}")).ToJsonString();
        Assert.Contains($"Stopped by local-admin. Still cordoned: {node}.", operation, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"Cancelled\"", operation, StringComparison.Ordinal);
        Assert.True(await IsCordonedAsync(node));
    }

    [Fact]
    public async Task An_ended_drain_is_known_to_a_server_that_started_later()
    {
        await using WebApplication first = await ServeAsync();
        string id = await DrainAsync(first, (await BlockedNode.FindAsync(_session)).Name, timeout: 1);
        Assert.Equal(OperationState.Failed, await EndAsync(first, id));
        await using WebApplication second = await ServeAsync();

        await GetAsync(second, $"/api/v1/operations/{id}");
        Assert.Equal(OperationState.Failed, await EndAsync(second, id));
        JsonObject operation = await GetAsync(second, $"/api/v1/operations/{id}");

        Assert.Equal(ErrorIds.EvictionBlocked, (string?)operation["failures"]![0]!["error"]);
        Assert.Equal(NodeDrainStatus.TimedOut, (string?)operation["results"]![0]!["status"]);
        using HttpClient client = Client(second);
        using HttpResponseMessage unknown = await client.GetAsync(new Uri("/api/v1/operations/20260101-000000-abcd", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_drain_of_a_server_without_detached_work_is_interrupted_with_it()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        WebApplication server = await ServeAsync(detached: null);
        await using (server)
        {
            string id = await DrainAsync(server, node);
            await BlockedAsync(server, id);
            using HttpClient client = Client(server);
            Uri stream = new($"/api/v1/operations/{id}/events", UriKind.Relative);
            using HttpResponseMessage followed = await client.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead);
            Task<string> events = followed.Content.ReadAsStringAsync();
            await server.StopAsync().WaitAsync(Limit);

            // Who follows it still sees its end.
            string told = await events.WaitAsync(Limit);
            Assert.Contains("\"state\":\"Interrupted\"", told, StringComparison.Ordinal);
            Assert.Contains("The node stays cordoned. Run the drain again to continue.", told, StringComparison.Ordinal);
        }

        Assert.Empty(await DetachedKind.ListAsync(_session));
        Assert.True(await IsCordonedAsync(node));
    }

    [Fact]
    public async Task A_drain_that_cannot_be_stored_runs_and_ends_with_its_server()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        await DetachedKind.RemoveAsync(_session);
        WebApplication server = await ServeAsync();
        await using (server)
        {
            string id = await DrainAsync(server, node);
            await BlockedAsync(server, id);
            TrackedOperation drain = server.Services.GetRequiredService<OperationRegistry>().Find(id);
            await server.StopAsync().WaitAsync(Limit);
            Assert.Equal(OperationState.Interrupted, drain.Operation.State);
        }

        Assert.True(await IsCordonedAsync(node));
    }

    [Fact]
    public async Task The_lock_of_a_killed_process_shows_that_its_drain_was_interrupted()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        NodeLock left = NodeLocks.Create(_session, new() { Operation = "of-a-killed-process", Duration = TimeSpan.FromSeconds(1) });
        await using WebApplication server = await ServeAsync(detached: null);
        await _session.UseAsync(
            (client, token) => client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(NodeLock.Patch(left)), token),
            default
        );

        JsonObject? operation = null;
        using var limit = new CancellationTokenSource(Limit);
        using HttpClient client = Client(server);
        while ((string?)operation?["state"] != "Interrupted")
        {
            await Task.Delay(100, limit.Token);
            using HttpResponseMessage answer = await client.GetAsync(
                new Uri("/api/v1/operations/of-a-killed-process", UriKind.Relative),
                limit.Token
            );
            if (answer.StatusCode == HttpStatusCode.OK)
                operation = await answer.Content.ReadFromJsonAsync<JsonObject>(limit.Token);
        }

        Assert.Equal("OperationInterrupted", (string?)operation["failures"]![0]!["error"]);
        Assert.Contains(node, (string?)operation["failures"]![0]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_whose_caller_waits_is_answered_and_not_continued()
    {
        string node = (await BlockedNode.FindAsync(_session)).Name;
        WebApplication server = await ServeAsync();
        await using (server)
        {
            using HttpClient client = Client(server);
            Task<HttpResponseMessage> answer = PostAsync(client, node, timeout: 0, isFollowed: false);
            await BlockedAsync(server, null);
            await server.StopAsync().WaitAsync(Limit);
            using HttpResponseMessage answered = await answer.WaitAsync(Limit);
            Assert.Equal(HttpStatusCode.Conflict, answered.StatusCode);
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
            OperationEnding.Finished
        );
        TrackedOperation other = operations.Start(
            "test",
            Same,
            () => RunningOperation.Start("Test", "t", TimeProvider.System, context => Task.Delay(Timeout.Infinite, context.Token))
        );

        Task stop = server.StopAsync();

        Assert.Equal(OperationState.Interrupted, await other.Operation.Completion.WaitAsync(Limit));
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
        await EmbeddedServer.StartAsync(app);
        return app;
    }

    private static HttpClient Client(WebApplication server)
    {
        var client = new HttpClient { BaseAddress = new(server.Urls.First()), Timeout = Limit };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.Token);
        return client;
    }

    // The id of the operation.
    private static async Task<string> DrainAsync(WebApplication server, string node, int timeout = 0)
    {
        using HttpClient client = Client(server);
        using HttpResponseMessage response = await PostAsync(client, node, timeout, isFollowed: true);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string node, int timeout, bool isFollowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{NodeRoutes.Prefix}/nodes/{node}/drain")
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
        if (isFollowed)
            request.Headers.Add("Prefer", "respond-async");
        return await client.SendAsync(request);
    }

    private static async Task<JsonObject> GetAsync(WebApplication server, string path)
    {
        using HttpClient client = Client(server);
        return (await client.GetFromJsonAsync<JsonObject>(path))!;
    }

    // Until the drain waits for a budget, as its messages or its progress say.
    private static async Task BlockedAsync(WebApplication server, string? id)
    {
        RunningOperation drain = (await FindAsync(server, id)).Operation;
        using var limit = new CancellationTokenSource(Limit);
        await foreach (OperationEvent happened in drain.ReadAsync(0, limit.Token))
            if (
                (happened as OperationMessage)?.Text.Contains("waiting for PDB", StringComparison.Ordinal) == true
                || (happened as OperationProgressed)?.Progress.Status.Contains("waiting for PDB", StringComparison.Ordinal) == true
            )
                return;
        Assert.Fail($"The drain ended as {drain.State}.");
    }

    private static async Task<OperationState> EndAsync(WebApplication server, string id) =>
        await (await FindAsync(server, id)).Operation.Completion.WaitAsync(Limit);

    // Null: the only one.
    private static async Task<TrackedOperation> FindAsync(WebApplication server, string? id)
    {
        OperationRegistry operations = server.Services.GetRequiredService<OperationRegistry>();
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            if (operations.All.FirstOrDefault(one => id is null || one.Operation.Id == id) is { } found)
                return found;
            await Task.Delay(20, limit.Token);
        }
    }

    private async Task<bool> IsCordonedAsync(string node) =>
        (await _session.UseAsync((client, token) => client.GetAsync(Resources.Nodes, node, null, token), default)).Spec.Unschedulable
        == true;
}
