using System.Net;
using System.Net.Sockets;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Tests.Transport;

/// <summary>A server that accepts connections and never answers.</summary>
public sealed class AnswerTimeoutTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public AnswerTimeoutTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task After_a_time_the_server_is_reported_as_unreachable()
    {
        using KubernetesClient client = Client(TimeSpan.FromMilliseconds(300));

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => client.GetVersionAsync(default));

        Assert.Equal(ErrorIds.ServerUnreachable, error.ErrorId);
        Assert.Contains("no answer within 0.3 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_watch_does_not_time_out()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(500));
        using HttpMessageInvoker invoker = new(Handler(TimeSpan.FromMilliseconds(50)));
        using HttpRequestMessage watch = new(HttpMethod.Get, new Uri(Server, "api/v1/nodes?watch=true"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invoker.SendAsync(watch, stop.Token));
        Assert.True(stop.IsCancellationRequested);
    }

    [Fact]
    public async Task A_cancelled_caller_gets_no_timeout_error()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));
        using KubernetesClient client = Client(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetVersionAsync(stop.Token));
    }

    private Uri Server => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    private static AnswerTimeoutHandler Handler(TimeSpan limit) => new(new SocketsHttpHandler(), limit);

    private KubernetesClient Client(TimeSpan limit) => new(Server, Handler(limit));
}
