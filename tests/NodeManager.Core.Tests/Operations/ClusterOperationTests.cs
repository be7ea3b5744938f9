using System.Net;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Tests.Support;
using NodeManager.Drains;
using NodeManager.Drains.Options;

namespace NodeManager.Core.Tests.Operations;

/// <summary>What leaves an operation: an error of ours, or the cancellation of the caller.</summary>
public sealed class ClusterOperationTests
{
    [Fact]
    public async Task A_failure_in_the_moment_of_a_cancellation_is_the_cancellation()
    {
        using NodeManagerSession session = await new FakeServer(_ => FakeServer.List()).ConnectAsync();
        using CancellationTokenSource stop = new();

        OperationCanceledException end = await Assert.ThrowsAsync<OperationCanceledException>(() =>
            ClusterOperation.RunAsync<int>(
                session,
                null,
                (_, _) =>
                {
                    stop.Cancel();
                    throw new IOException("the connection was reset");
                },
                stop.Token
            )
        );

        Assert.IsType<IOException>(end.InnerException);
        Assert.Equal(stop.Token, end.CancellationToken);
    }

    [Fact]
    public async Task An_unreachable_server_is_asked_by_one_ladder_of_retries()
    {
        int patches = 0,
            reads = 0;
        FakeServer server = new(request =>
        {
            if (request.Method == "GET")
                Interlocked.Increment(ref reads);
            else
                Interlocked.Increment(ref patches);
            throw new HttpRequestException("Connection refused");
        });
        using NodeManagerSession session = await server.ConnectAsync();
        ClusterNode known = NodeMapper.Map(
            new()
            {
                Metadata = new()
                {
                    Name = "n1",
                    Uid = "u",
                    ResourceVersion = "1",
                },
            },
            session,
            default
        );

        NodeManagerException failure = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetLabelsAsync(
                session,
                "n1",
                new Dictionary<string, string> { ["a"] = "b" },
                overwrite: false,
                dryRun: false,
                default,
                known
            )
        );

        Assert.Equal(ErrorIds.ServerUnreachable, failure.ErrorId);
        Assert.True(patches > 0);
        Assert.Equal(0, reads);
    }

    [Fact]
    public async Task No_request_of_a_survey_continues_when_the_capabilities_cannot_be_read()
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int open = 0;
        FakeServer server = new(
            async (request, token) =>
            {
                if (request.Path.StartsWith("/apis/policy", StringComparison.Ordinal) || request.Path == "/api/v1")
                    return FakeServer.Refusal(HttpStatusCode.Forbidden, "Forbidden", "no discovery");
                Interlocked.Increment(ref open);
                await Task.Delay(200, token);
                Interlocked.Decrement(ref open);
                return FakeServer.List();
            }
        );
        using NodeManagerSession session = await server.ConnectAsync();

        await Assert.ThrowsAsync<NodeManagerException>(() => DrainPlanner.PlanAsync(session, ["n1"], new DrainOptions(), default));

        Assert.Equal(0, Volatile.Read(ref open));
    }
}
