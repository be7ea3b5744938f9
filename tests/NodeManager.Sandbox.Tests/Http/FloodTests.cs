using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>Clients that hold on to what they were given, or speak something else. NODEMANAGER_FLOOD says how many connections a flood has.</summary>
[Collection("Memory")]
public sealed class FloodTests
{
    private const long Allowance = 64 * 1024 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_flood_of_connections_is_closed_and_later_clients_are_served()
    {
        int count = ProofSize.Read("NODEMANAGER_FLOOD", 300);
        using var served = new ServedCluster(new() { Connections = 100, Handshake = TimeSpan.FromSeconds(1) });
        long before = GC.GetTotalMemory(true);
        var flood = new List<TcpClient>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                var client = new TcpClient();
                flood.Add(client);
                await client.ConnectAsync("127.0.0.1", served.Server.Address.Port);
            }

            Assert.Contains("gitVersion", await served.Http.GetStringAsync("/version").WaitAsync(Timeout), StringComparison.Ordinal);
            Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, Allowance);
        }
        finally
        {
            foreach (TcpClient client in flood)
                client.Dispose();
        }
    }

    [Theory]
    [InlineData("GET /version HTTP/1.1\r\nHost: x\r\n", "X: y\r\n")]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 1000000\r\n\r\n", "{")]
    [InlineData(
        "POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nTransfer-Encoding: chunked\r\n\r\n",
        "1\r\n{\r\n"
    )]
    [InlineData("", "\r\n")]
    public async Task A_client_that_sends_slowly_is_disconnected(string start, string bit)
    {
        using var served = new ServedCluster(new() { Request = TimeSpan.FromMilliseconds(200) });
        await using SslStream stream = await served.ConnectAsync();
        Task<string> answer = ServedCluster.ReadToEndAsync(stream);
        await Assert
            .ThrowsAnyAsync<Exception>(async () =>
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(start.Replace("TOKEN", served.Token, StringComparison.Ordinal)));
                while (!answer.IsCompleted)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(bit));
                    await Task.Delay(10);
                }

                throw new IOException("The server has closed.");
            })
            .WaitAsync(Timeout);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003garbage")]
    [InlineData("\u0016\u0003\u0001\u00ff\u00ff")]
    [InlineData("")]
    public async Task A_connection_without_TLS_is_closed_and_affects_no_other(string bytes)
    {
        using var served = new ServedCluster(new() { Handshake = TimeSpan.FromMilliseconds(500) });
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", served.Server.Address.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes));
        string answer;
        try
        {
            answer = await ServedCluster.ReadToEndAsync(stream);
        }
        catch (IOException)
        {
            answer = "";
        }

        Assert.DoesNotContain("HTTP", answer, StringComparison.Ordinal);
        Assert.Contains("gitVersion", await served.Http.GetStringAsync("/version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_closed_connection_gets_its_response()
    {
        using var served = new ServedCluster();
        await using SslStream stream = await served.ConnectAsync();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET /version HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\n\r\n")
        );
        await stream.ShutdownAsync();
        Assert.StartsWith("HTTP/1.1 200 ", await ServedCluster.ReadToEndAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_pipelined_requests_are_answered_in_order()
    {
        using var served = new ServedCluster();
        await using SslStream stream = await served.ConnectAsync();
        Task<string> answers = ServedCluster.ReadToEndAsync(stream);
        string request = $"GET /healthz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\n";
        for (int i = 1; i < 1000; i++)
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request + "\r\n"));
        // No shutdown of TLS beside the reads: OpenSSL does not support it.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request + "Connection: close\r\n\r\n"));
        Assert.Equal(1000, (await answers).Split("HTTP/1.1 200 OK").Length - 1);
    }
}
