using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Http;

public sealed class ServingTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_client_with_the_kubeconfig_trusts_the_certificate()
    {
        using var served = new ServedCluster();
        using KubernetesClient client = KubernetesClient.Create(
            Kubeconfig.Load(new() { Paths = [served.Server.KubeconfigPath] }),
            new() { Time = TimeProvider.System }
        );
        Assert.Equal("v1.37.2-sandbox", (await client.GetVersionAsync(CancellationToken.None)).GitVersion);
    }

    [Fact]
    public void A_server_disposed_before_it_listens_ends_without_an_error()
    {
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = 0 });
        for (int i = 0; i < 30; i++)
        {
            SandboxServer server = cluster.Serve(new() { Port = 0 });
            server.Dispose();
            Assert.False(File.Exists(server.KubeconfigPath));
        }
    }

    [Fact]
    public async Task The_certificate_is_for_localhost_and_signed_by_the_kubeconfigs_authority()
    {
        using var served = new ServedCluster();
        await using SslStream stream = await served.ConnectAsync();
        Assert.True(stream.IsAuthenticated);
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void The_kubeconfig_is_private_and_deleted_with_the_server()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes; the temporary folder is the user's.");
        using var served = new ServedCluster();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(served.Server.KubeconfigPath));
        served.Server.Dispose();
        Assert.False(File.Exists(served.Server.KubeconfigPath));
    }

    [Fact]
    public void A_kubeconfig_at_a_requested_path_is_kept()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("kubeconfig", "old");
        using var cluster = SandboxCluster.Start(new() { Nodes = 0 });
        using (SandboxServer server = cluster.Serve(new() { KubeconfigPath = path }))
        {
            Assert.Equal(path, server.KubeconfigPath);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.Contains("current-context: sandbox", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path(".")));
    }

    [Fact]
    public void A_port_in_use_is_refused()
    {
        using var served = new ServedCluster();
        Assert.Throws<SocketException>(() => served.Cluster.Serve(new() { Port = served.Server.Address.Port }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    [InlineData("Bearer")]
    public async Task Requests_without_the_token_are_refused(string? authorization)
    {
        using var served = new ServedCluster();
        using var stranger = new HttpClient(served.CreateHandler()) { BaseAddress = served.Server.Address };
        if (authorization is not null)
            stranger.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        using HttpResponseMessage answer = await stranger.GetAsync("/api/v1/nodes");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        JsonObject status = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        Assert.Equal("Status Unauthorized", $"{status["kind"]} {status["reason"]}");
    }

    [Fact]
    public async Task Large_responses_are_compressed_on_request()
    {
        using var served = new ServedCluster();
        var data = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "large" },
            ["data"] = new JsonObject { ["text"] = new string('x', 300_000) },
        };
        using HttpResponseMessage created = await served.Http.PostAsync(
            "/api/v1/namespaces/default/configmaps",
            new StringContent(data.ToJsonString(), Encoding.UTF8, "application/json")
        );
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/default/configmaps/large");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using HttpResponseMessage answer = await served.Http.SendAsync(request);
        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
        byte[] packed = await answer.Content.ReadAsByteArrayAsync();
        Assert.InRange(packed.Length, 1, 30_000);
        await using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        Assert.Equal(300_000, ((string)(await JsonNode.ParseAsync(unpacked))!["data"]!["text"]!).Length);

        string plain = await served.Http.GetStringAsync("/api/v1/namespaces/default/configmaps/large");
        Assert.StartsWith("{\"kind\":\"ConfigMap\"", plain, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_streams_and_ends_with_its_client()
    {
        using var served = new ServedCluster();
        using (
            HttpResponseMessage answer = await served.Http.GetAsync("/api/v1/nodes?watch=true", HttpCompletionOption.ResponseHeadersRead)
        )
        {
            using var reader = new WatchReader(answer, await answer.Content.ReadAsStreamAsync());
            using HttpResponseMessage created = await served.Http.PostAsync(
                "/api/v1/nodes",
                new StringContent(Bodies.Node("a"), Encoding.UTF8, "application/json")
            );
            Assert.Equal("ADDED a", await reader.NextTextAsync());
        }

        // The server is done with it: stopping waits for nothing.
        await Task.Run(served.Server.Dispose).WaitAsync(Timeout);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        using var served = new ServedCluster();
        string one = $"GET /version HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\n\r\n";
        string two =
            $"POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "10\r\n{\"metadata\":{\"na\r\nc\r\nme\":\"early\"}\r\n1;note=x\r\n}\r\n0\r\nTrailer: x\r\n\r\n";
        string three = $"GET /api/v1/nodes/early HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\nConnection: close\r\n\r\n";
        string answers = await served.SendRawAsync(one + two + three);
        Assert.Equal(["200", "201", "200"], answers.Split("HTTP/1.1 ").Skip(1).Select(static answer => answer[..3]));
        Assert.EndsWith("}", answers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_sends_nothing_is_disconnected()
    {
        using var silent = new ServedCluster(new() { Idle = TimeSpan.FromMilliseconds(50) });
        Assert.Equal("", await silent.SendRawAsync(""));
        using var halting = new ServedCluster(new() { Request = TimeSpan.FromMilliseconds(50) });
        Assert.Equal("", await halting.SendRawAsync("GET /version HTTP/1.1\r\nHo"));
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_disconnected()
    {
        using var served = new ServedCluster(new() { Write = TimeSpan.FromSeconds(1), CompressFrom = int.MaxValue });
        string large = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "large" },
            ["data"] = new JsonObject { ["text"] = new string('x', 2_500_000) },
        }.ToJsonString();
        using HttpResponseMessage created = await served.Http.PostAsync(
            "/api/v1/namespaces/default/configmaps",
            new StringContent(large, Encoding.UTF8, "application/json")
        );
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await using SslStream stream = await served.ConnectAsync();
        string ask = $"GET /api/v1/namespaces/default/configmaps/large HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\n\r\n";

        // More is asked for than any buffer holds and none is taken, until the server has enough.
        await Assert
            .ThrowsAnyAsync<IOException>(async () =>
            {
                while (true)
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(ask));
            })
            .WaitAsync(Timeout);
    }
}
