using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Tests.Authentication;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Transport;

/// <summary>Where credentials could leave or be shown.</summary>
public sealed class SecretTests : AuthenticationTestBase
{
    private const string Secret = "s3cret";

    private string Authority => "certificate-authority-data: " + Base64(Certificates.AuthorityPem);

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int code)
    {
        await using TlsServer other = await TlsServer.StartAsync(Certificates.Server());
        await using TlsServer redirecting = await TlsServer.StartAsync(
            Certificates.Server(),
            context =>
            {
                context.Response.StatusCode = code;
                context.Response.Headers.Location = new Uri(other.Address, "/version").ToString();
                return Task.CompletedTask;
            }
        );
        using KubernetesClient client = Client($"token: {Secret}", Authority, redirecting.Address);

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync(default));

        Assert.Equal(code, (int)error.Code);
        Assert.Single(redirecting.Requests);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_proxy_password_is_sent_only_to_the_proxy_and_not_shown()
    {
        await using var proxy = new RefusingProxy();
        using KubernetesClient client = Client("token: t", $"{Authority}, proxy-url: 'http://jane:{Secret}@{proxy.Endpoint}'");

        NodeManagerException error = await FailAsync(client, ErrorIds.ServerUnreachable);

        Assert.Contains(
            proxy.Seen,
            request => request.Contains("Proxy-Authorization: Basic " + Base64("jane:" + Secret), StringComparison.Ordinal)
        );
        AssertHidden(error);
    }

    [Fact]
    public async Task An_unavailable_proxy_is_reported()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        EndPoint endpoint = free.LocalEndpoint;
        free.Stop();
        using KubernetesClient client = EagerClient($"{Authority}, proxy-url: 'http://jane:{Secret}@{endpoint}'", Server.Address);

        NodeManagerException error = await FailAsync(client, ErrorIds.ServerUnreachable);

        Assert.StartsWith($"The proxy '{endpoint}' on the way to the API server", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Check proxy-url", error.RecommendedAction, StringComparison.Ordinal);
        AssertHidden(error);
    }

    [Fact]
    public async Task A_password_in_the_URL_is_sent_to_the_server_and_not_shown()
    {
        await using TlsServer gone = await TlsServer.StartAsync(Certificates.Server());
        Uri address = new UriBuilder(gone.Address) { UserName = "jane", Password = Secret }.Uri;
        using KubernetesClient client = EagerClient(Authority, address);
        await client.GetVersionAsync(default);
        Assert.Equal("Basic " + Base64("jane:" + Secret), gone.Requests.Single().Headers["Authorization"]);

        await gone.DisposeAsync();
        AssertHidden(await FailAsync(client, ErrorIds.ServerUnreachable));
        Assert.DoesNotContain(Secret, client.Server.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTPS_to_an_HTTP_port_is_reported()
    {
        await using TlsServer plain = await TlsServer.StartAsync(null);
        using KubernetesClient client = EagerClient(Authority, new UriBuilder(plain.Address) { Scheme = "https" }.Uri);

        NodeManagerException error = await FailAsync(client, ErrorIds.ServerUnreachable);

        Assert.Contains("begins with http://", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(plain.Requests);
    }

    [Fact]
    public async Task HTTP_to_an_HTTPS_port_is_reported()
    {
        using KubernetesClient client = EagerClient("x: y", new UriBuilder(Server.Address) { Scheme = "http" }.Uri);

        NodeManagerException error = await FailAsync(client, ErrorIds.ServerUnreachable);

        Assert.Contains("begins with https://", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTP_to_the_HTTPS_port_of_an_API_server_is_reported()
    {
        await using TlsServer go = await TlsServer.StartAsync(
            null,
            context =>
            {
                context.Response.StatusCode = 400;
                return context.Response.WriteAsync("Client sent an HTTP request to an HTTPS server.\n");
            }
        );
        using KubernetesClient client = Client("token: t", "x: y", go.Address);

        NodeManagerException error = await FailAsync(client, ErrorIds.UnexpectedAnswer);

        Assert.Contains("begins with https://", error.RecommendedAction, StringComparison.Ordinal);
    }

    /// <summary>One that does not wait between its tries.</summary>
    private KubernetesClient EagerClient(string cluster, Uri server) =>
        KubernetesClient.Create(
            Configuration("token: t", cluster, server),
            new()
            {
                Time = new ManualTimeProvider { IsEager = true },
                Logger = Logger,
            }
        );

    private void AssertHidden(Exception error)
    {
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Logger.Entries, entry => entry.Message.Contains(Secret, StringComparison.Ordinal));
    }

    /// <summary>A proxy that asks for a password and likes none.</summary>
    private sealed class RefusingProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public RefusingProxy()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public EndPoint Endpoint => _listener.LocalEndpoint;

        public List<string> Seen { get; } = [];

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync()
        {
            byte[] buffer = new byte[8192];
            try
            {
                while (true)
                {
                    using TcpClient client = await _listener.AcceptTcpClientAsync();
                    NetworkStream stream = client.GetStream();
                    Seen.Add(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)));
                    await stream.WriteAsync(
                        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray()
                    );
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }
}
