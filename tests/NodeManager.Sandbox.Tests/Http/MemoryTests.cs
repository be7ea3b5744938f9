using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>Apart from all others, whose memory would be counted too.</summary>
[Collection("Memory")]
public sealed class MemoryTests
{
    private const long Allowance = 64 * 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_100_megabytes_is_refused_unread(bool hasToken)
    {
        using var served = new ServedCluster();
        await using SslStream stream = await served.ConnectAsync();
        string authorization = hasToken ? $"Authorization: Bearer {served.Token}\r\n" : "";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\n{authorization}Content-Length: 104857600\r\n\r\n"));
        long before = GC.GetTotalMemory(true);
        Task<string> answer = ServedCluster.ReadToEndAsync(stream);
        byte[] part = new byte[1024 * 1024];
        try
        {
            for (int i = 0; i < 100; i++) await stream.WriteAsync(part);
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
}

[CollectionDefinition("Memory", DisableParallelization = true)]
public sealed class MemoryCollection;
