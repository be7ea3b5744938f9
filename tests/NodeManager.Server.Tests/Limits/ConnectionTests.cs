using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Server.Access;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Tests.Limits;

/// <summary>Clients that open connections and send nothing, or little, keep nobody out.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const int Attackers = 1000;

    private readonly EmbeddedServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")]
    [InlineData("GET /page.css HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task A_thousand_idle_connections_keep_neither_probes_nor_callers_out(string sent)
    {
        var endpoint = new IPEndPoint(IPAddress.Loopback, _server.Client.BaseAddress!.Port);
        List<Socket> sockets = [];
        try
        {
            for (int i = 0; i < Attackers; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(endpoint);
                if (sent.Length > 0)
                    await SendAsync(socket, sent);
            }

            long start = Stopwatch.GetTimestamp();
            Assert.Equal(HttpStatusCode.OK, await CodeAsync("/healthz", null));
            Assert.Equal(HttpStatusCode.OK, await CodeAsync("/readyz", null));
            Assert.Equal(HttpStatusCode.OK, await CodeAsync(NodeRoutes.Prefix + "/nodes", EmbeddedServer.Token));
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(60));
            // The next connection after the moment that each has ends those above the limit.
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (_server.Services.GetRequiredService<ConnectionGate>().Unauthenticated > ConnectionGate.MaximumOfAddress + 1)
            {
                await Task.Delay(100, limit.Token);
                Assert.Equal(HttpStatusCode.OK, await CodeAsync("/healthz", null));
            }
        }
        finally
        {
            foreach (Socket socket in sockets)
                socket.Dispose();
        }
    }

    [Fact]
    public async Task A_connection_that_sends_nothing_ends_soon()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _server.Client.BaseAddress!.Port));
        long start = Stopwatch.GetTimestamp();

        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1].AsMemory(), limit.Token));
        }
        catch (SocketException)
        {
            // Reset: ended as well.
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start), ConnectionGate.FirstByteLimit - TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task A_connection_with_credentials_survives_any_number_of_others()
    {
        using var client = new HttpClient { BaseAddress = _server.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", EmbeddedServer.ViewerToken);
        using HttpResponseMessage stream = await client.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.NotNull(await events.ReadLineAsync());
        List<Socket> sockets = [];
        try
        {
            for (int i = 0; i < 2 * ConnectionGate.MaximumOfAddress; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _server.Client.BaseAddress!.Port));
            }

            Task<string> rest = events.ReadToEndAsync();
            Assert.Equal(HttpStatusCode.OK, await CodeAsync("/healthz", null));
            Assert.False(rest.IsCompleted);
        }
        finally
        {
            foreach (Socket socket in sockets)
                socket.Dispose();
        }
    }

    // One that the server has ended already takes nothing any more.
    private static async Task SendAsync(Socket socket, string text)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        }
        catch (SocketException) { }
    }

    // A new connection each time, as a probe makes it.
    private async Task<HttpStatusCode> CodeAsync(string path, string? token)
    {
        using var client = new HttpClient { BaseAddress = _server.Client.BaseAddress, Timeout = TimeSpan.FromSeconds(60) };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }
}
