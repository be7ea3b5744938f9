using System.Net;
using NodeManager.Testing;

namespace NodeManager.Conformance.Harness;

public sealed class SentChangesTests
{
    [Fact]
    public async Task A_change_whose_sender_stopped_is_awaited()
    {
        TaskCompletionSource arrived = new(),
            answered = new();
        bool wasCancelled = false;
        SentChanges sent = new();
        StubHandler server = new(
            async (_, cancellationToken) =>
            {
                arrived.SetResult();
                await answered.Task;
                wasCancelled = cancellationToken.IsCancellationRequested;
                return new(HttpStatusCode.Created);
            }
        );
        using HttpMessageInvoker client = new(sent.Wrap(server));
        using CancellationTokenSource stop = new();
        using HttpRequestMessage creation = new(HttpMethod.Post, "http://localhost/api/v1/nodes");
        Task<HttpResponseMessage> sending = client.SendAsync(creation, stop.Token);
        await arrived.Task;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Task waiting = sent.WaitAsync();
        Assert.False(waiting.IsCompleted);
        answered.SetResult();
        await waiting;

        Assert.False(wasCancelled);
    }
}
