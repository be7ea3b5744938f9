using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Http;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>Apart from all others, whose memory would be counted too.</summary>
[Collection("Memory")]
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const long Allowance = 64 * 1024 * 1024;

    // Of the server and of the client, which is in the same process: a head of 64 KB, buffers of TLS.
    private const int ConnectionBytes = 256 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_100_megabytes_is_refused_unread(bool hasToken)
    {
        using var served = new ServedCluster();
        await using SslStream stream = await served.ConnectAsync();
        string authorization = hasToken ? $"Authorization: Bearer {served.Token}\r\n" : "";
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\n{authorization}Content-Length: 104857600\r\n\r\n")
        );
        long before = GC.GetTotalMemory(true);
        Task<string> answer = ServedCluster.ReadToEndAsync(stream);
        byte[] part = new byte[1024 * 1024];
        try
        {
            for (int i = 0; i < 100; i++)
                await stream.WriteAsync(part);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The server has had enough; its answer came before.
        }

        (int code, JsonObject status) = ServedCluster.Split(await answer);
        Assert.Equal(hasToken ? 413 : 401, code);
        Assert.Equal(hasToken ? "RequestEntityTooLarge" : "Unauthorized", (string?)status["reason"]);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, Allowance);
    }

    [Fact]
    public async Task Many_incomplete_requests_use_little_memory_and_block_no_other_client()
    {
        using var served = new ServedCluster();
        int count = Math.Min(ProofSize.Read("NODEMANAGER_CONNECTIONS", 200), ServerLimits.Default.Connections - 1);
        byte[] endless = Encoding.ASCII.GetBytes($"GET /version HTTP/1.1\r\nHost: x\r\nX: {new string('a', 60_000)}");
        using (HttpResponseMessage first = await served.Http.GetAsync("/version"))
            Assert.True(first.IsSuccessStatusCode);
        long before = GC.GetTotalMemory(true);
        var held = new SslStream[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, cancellationToken) =>
            {
                held[i] = await served.ConnectAsync();
                await held[i].WriteAsync(endless, cancellationToken);
            }
        );
        long bytes = GC.GetTotalMemory(true) - before;
        output.WriteLine($"{count} connections: {bytes / count / 1024} KB each");
        Assert.InRange(bytes / count, long.MinValue, ConnectionBytes);
        using (HttpResponseMessage other = await served.Http.GetAsync("/version"))
            Assert.True(other.IsSuccessStatusCode);
        foreach (SslStream stream in held)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_client_beyond_the_connection_limit_waits()
    {
        using var served = new ServedCluster(ServerLimits.Default with { Connections = 1 });
        SslStream held = await served.ConnectAsync();
        Task<HttpResponseMessage> waiting = served.Http.GetAsync("/version");
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        using HttpResponseMessage answer = await waiting;
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Endless_chunks_are_refused_at_the_body_limit()
    {
        using var served = new ServedCluster();
        await using SslStream stream = await served.ConnectAsync();
        long before = GC.GetTotalMemory(true);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
        );
        Task<string> answer = ServedCluster.ReadToEndAsync(stream);
        byte[] chunk = [.. "100000\r\n"u8, .. new byte[1024 * 1024], .. "\r\n"u8];
        try
        {
            for (int i = 0; i < 100; i++)
                await stream.WriteAsync(chunk);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // As above.
        }

        Assert.Equal(413, ServedCluster.Split(await answer).Code);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, Allowance);
    }

    /// <summary>100 MB of nothing are 100 KB when packed.</summary>
    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        using var served = new ServedCluster();
        var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            for (int i = 0; i < 100; i++)
                await zip.WriteAsync(new byte[1024 * 1024]);
        long before = GC.GetTotalMemory(true);
        var body = new ByteArrayContent(packed.ToArray());
        body.Headers.ContentType = new("application/json");
        body.Headers.ContentEncoding.Add("gzip");
        using HttpResponseMessage answer = await served.Http.PostAsync("/api/v1/nodes", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, Allowance);
    }
}

[CollectionDefinition("Memory", DisableParallelization = true)]
public sealed class MemoryCollection;
