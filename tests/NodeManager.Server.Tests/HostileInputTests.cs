using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Server.Access;
using NodeManager.Server.Nodes;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Server.Tests;

/// <summary>Input of hostile clients: a clear response, bounded memory, no access.</summary>
public sealed class HostileInputTests(EmbeddedServer server, ITestOutputHelper output) : IClassFixture<EmbeddedServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly int Streams = ProofSize.Read("NODEMANAGER_STREAMS", 500);

    [Theory]
    [InlineData("/api/v1/../v1/operations")]
    [InlineData("/admin/../api/v1/operations")]
    [InlineData("/assets/%2e%2e/api/v1/operations")]
    [InlineData("/assets/..%2f..%2fapi/v1/operations")]
    [InlineData("/assets/..%5c..%5cappsettings.json")]
    [InlineData("//api/v1/operations")]
    [InlineData("/api/v1/operations;/page.js")]
    [InlineData("/api/v1/operations%00.js")]
    [InlineData("/API/V1/OPERATIONS")]
    public async Task No_path_bypasses_the_authentication(string path)
    {
        string answer = await RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|401|404) ", answer);
    }

    [Theory]
    [InlineData("X-Forwarded-User: local-admin")]
    [InlineData("X-User-Email: root@example.com")]
    [InlineData("X-Remote-User: system:masters")]
    [InlineData("X-Original-URL: /page.js")]
    [InlineData("X-HTTP-Method-Override: GET")]
    [InlineData("Authorization: Basic YWRtaW46YWRtaW4=")]
    [InlineData("Authorization: Bearer")]
    [InlineData("Authorization: Bearer a-token-for-tests, Bearer x")]
    [InlineData("Cookie: nodemanager-session=1; nodemanager-session=a-token-for-tests")]
    public async Task Only_a_valid_token_authenticates(string header)
    {
        string answer = await RawAsync(
            $"POST {NodeRoutes.Prefix}/nodes/x/cordon HTTP/1.1\r\nHost: localhost\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"key\":5}")]
    [InlineData("{\"key\":\"a\",\"value\":{}}")]
    [InlineData("{\"key\":\"a\",\"unknown\":1}")]
    [InlineData("{\"key\":\"a\"")]
    public async Task A_refused_body_is_described_without_the_types_of_the_program(string body)
    {
        string answer = await RawAsync(
            $"PUT {NodeRoutes.Prefix}/nodes/x/labels HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {EmbeddedServer.Token}\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"
        );
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.DoesNotMatch("System\\.|NodeManager\\.|BytePosition|LineNumber|\\.NET|ApiLabel", answer);
    }

    [Theory]
    [InlineData("GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /api/v1/me HTTP/1.1\r\nConnection: close\r\n\r\n")]
    [InlineData(
        "POST /api/v1/config/backup HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"
    )]
    [InlineData("POST /api/v1/config/backup HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /api/v1/me HTTP/9.9\r\nHost: localhost\r\n\r\n")]
    public async Task Requests_that_are_not_HTTP_are_refused(string request) =>
        Assert.Matches("^HTTP/1.1 (400|401|505) ", await RawAsync(request));

    [Fact]
    public async Task Headers_beyond_the_limit_are_refused() =>
        Assert.StartsWith(
            "HTTP/1.1 431 ",
            await RawAsync($"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('a', 20_000)}\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_client_with_incomplete_headers_is_disconnected_without_affecting_others()
    {
        using TcpClient slow = await ConnectAsync();
        await slow.GetStream().WriteAsync("GET /api/v1/me HTTP/1.1\r\nHost: loc"u8.ToArray());

        using HttpResponseMessage other = await server.Client.GetAsync(new Uri("/api/v1/me", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Matches("^(HTTP/1.1 408 |$)", await ReadAsync(slow));
    }

    [Fact]
    public async Task Many_streams_end_with_their_token()
    {
        LocalTokens tokens = server.Services.GetRequiredService<LocalTokens>();
        string token = tokens.Issue(AccessLevel.Viewer);
        using var client = new HttpClient { BaseAddress = server.Client.BaseAddress, Timeout = Limit };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        HttpResponseMessage[] streams = await Task.WhenAll(
            Enumerable
                .Range(0, Streams)
                .Select(_ => client.GetAsync(new Uri("/api/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        );
        try
        {
            Assert.All(streams, static one => Assert.Equal(HttpStatusCode.OK, one.StatusCode));

            Task ends = Task.WhenAll(
                streams.Select(static async one => await (await one.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null))
            );
            long revoked = Stopwatch.GetTimestamp();
            tokens.Revoke(token);

            await ends.WaitAsync(Limit);
            output.WriteLine(
                $"{Streams} streams ended within {Stopwatch.GetElapsedTime(revoked).TotalMilliseconds:0} ms of the revocation."
            );
            using HttpResponseMessage after = await client.GetAsync(new Uri("/api/v1/me", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        }
        finally
        {
            foreach (HttpResponseMessage one in streams)
                one.Dispose();
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        TcpClient client = new();
        await client.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port);
        return client;
    }

    private async Task<string> RawAsync(string request)
    {
        using TcpClient client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return await ReadAsync(client);
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        using CancellationTokenSource limit = new(Limit);
        using var reader = new StreamReader(client.GetStream());
        try
        {
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (IOException)
        {
            // Cut off.
            return "";
        }
    }
}
