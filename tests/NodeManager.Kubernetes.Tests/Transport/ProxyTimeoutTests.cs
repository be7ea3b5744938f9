using System.Net;
using System.Net.Sockets;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Tests.Authentication;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Tests.Transport;

/// <summary>A proxy that does not answer in time is reported as the proxy, as nothing is known of the server behind it.</summary>
public sealed class ProxyTimeoutTests : AuthenticationTestBase
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData("http")]
    [InlineData("socks5")]
    public async Task A_silent_proxy_is_named(string scheme)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        NodeManagerException error = await FailAsync(scheme, silent.LocalEndpoint);

        Assert.StartsWith(
            $"The proxy '{silent.LocalEndpoint}' on the way to the API server at '{Server.Address.GetLeftPart(UriPartial.Authority)}' made no connection",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("timed out after 0.3 s", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_unreachable_proxy_is_named()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux leaves connections beyond the backlog unanswered.");
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using TcpClient first = new(),
            second = new();
        await first.ConnectAsync((IPEndPoint)full.LocalEndPoint!);
        _ = second.ConnectAsync((IPEndPoint)full.LocalEndPoint!);

        NodeManagerException error = await FailAsync("http", full.LocalEndPoint);

        Assert.Contains("timed out after 0.3 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_a_proxy_is_not_reported_as_a_proxy()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using HttpMessageInvoker invoker = new(
            TransportFactory.Create(Configuration("token: t", server: new($"https://{silent.LocalEndpoint}/")), Limit)
        );
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"https://{silent.LocalEndpoint}/version"));

        Exception thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invoker.SendAsync(request, default));

        Assert.StartsWith("The API server at", Describe(thrown).Message, StringComparison.Ordinal);
    }

    private async Task<NodeManagerException> FailAsync(string scheme, EndPoint? proxy)
    {
        ClusterConfiguration configuration = Configuration("token: t", $"proxy-url: '{scheme}://{proxy}'", Server.Address);
        using HttpMessageInvoker invoker = new(TransportFactory.Create(configuration, Limit));
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(Server.Address, "version"));
        NodeManagerException error = Describe(await Assert.ThrowsAnyAsync<Exception>(() => invoker.SendAsync(request, default)));
        Assert.Equal(ErrorIds.ServerUnreachable, error.ErrorId);
        Assert.StartsWith($"The proxy '{proxy}'", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Check proxy-url", error.RecommendedAction, StringComparison.Ordinal);
        return error;
    }

    private NodeManagerException Describe(Exception thrown) =>
        TransportFailure.Of(thrown)!.ToException(Server.Address, new(HttpMethod.Get, "version", RetryMode.Never), 1, Limit);
}
