using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>What no client of good will sends: each gets a Status, and takes nothing with it.</summary>
public sealed class HostileTests
{
    [Theory]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    [InlineData("GET /version\r\n\r\n", 400)]
    [InlineData("GET version HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/2.0\r\nHost: x\r\n\r\n", 505)]
    [InlineData("GET /version HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1\r\nHost : x\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1\nHost: x\n\r\n\r\n", 400)]
    [InlineData("G ET /version HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /ver\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400)]
    [InlineData(
        "POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        400
    )]
    [InlineData("GET /version HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1\r\nHost: x\r\nX: a\u0001b\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \u000bchunked\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1\r\nHost: x\r\n\tfolded\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1\r\nHost: x\r\n: nameless\r\n\r\n", 400)]
    [InlineData("GET /version\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET  /version HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /version HTTP/1.1 \r\nHost: x\r\n\r\n", 400)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", 505)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400)]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 501)]
    [InlineData("POST /api/v1/nodes HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [InlineData(
        "POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nTransfer-Encoding: chunked\r\n\r\n5;a\nb\r\n",
        400
    )]
    [InlineData("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400)]
    [InlineData(
        "POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n",
        400
    )]
    public async Task An_invalid_request_is_refused(string request, int code)
    {
        using var served = new ServedCluster();
        (int answered, JsonObject status) = ServedCluster.Split(
            await served.SendRawAsync(request.Replace("TOKEN", served.Token, StringComparison.Ordinal))
        );
        Assert.Equal(code, answered);
        Assert.Equal("Status", (string?)status["kind"]);
        Assert.Equal(code, (int?)status["code"]);
    }

    [Fact]
    public async Task Endless_headers_are_refused()
    {
        using var served = new ServedCluster();
        (int code, _) = ServedCluster.Split(
            await served.SendRawAsync("GET /version HTTP/1.1\r\nHost: x\r\nX: " + new string('a', 100_000))
        );
        Assert.Equal(431, code);
        string many = string.Concat(Enumerable.Range(0, 500).Select(static i => $"X-{i}: y\r\n"));
        (code, _) = ServedCluster.Split(await served.SendRawAsync($"GET /version HTTP/1.1\r\nHost: x\r\n{many}\r\n"));
        Assert.Equal(431, code);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"metadata\":[]}")]
    [InlineData("{\"metadata\":{\"name\":5}}")]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"name\":5}}")]
    [InlineData("{\"kind\":5,\"metadata\":{\"name\":\"a\"}}")]
    [InlineData("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}")]
    [InlineData("{\"metadata\":{\"name\":\"../a\"}}")]
    [InlineData("{\"metadata\":{\"name\":\"a\"},\"spec\":\"text\"}")]
    public async Task A_body_of_another_kind_is_refused(string body)
    {
        using var served = new ServedCluster();
        JsonObject status = await RefusedAsync(
            served,
            HttpMethod.Post,
            "/api/v1/nodes",
            new StringContent(body, Encoding.UTF8, "application/json")
        );
        Assert.InRange((int)status["code"]!, 400, 422);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/yaml")]
    [InlineData("application/vnd.kubernetes.protobuf")]
    public async Task An_invalid_or_endlessly_nested_body_is_refused(string type)
    {
        using var served = new ServedCluster();
        foreach (
            byte[] body in new[]
            {
                Encoding.ASCII.GetBytes(new string('[', 1_000_000)),
                [.. "k8s\0"u8, .. Enumerable.Repeat((byte)0x12, 100_000)],
                [.. "k8s\0"u8, 0xff, 0xff],
                [0, 1, 2],
            }
        )
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = new(type);
            JsonObject status = await RefusedAsync(served, HttpMethod.Post, "/api/v1/nodes", content);
            Assert.Equal(400, (int?)status["code"]);
        }
    }

    [Fact]
    public async Task Unknown_verbs_and_media_types_are_refused()
    {
        using var served = new ServedCluster();
        Assert.Equal(405, (int?)(await RefusedAsync(served, new("BREW"), "/api/v1/nodes", null))["code"]);
        Assert.Equal(405, (int?)(await RefusedAsync(served, HttpMethod.Trace, "/api/v1/nodes", null))["code"]);
        Assert.Equal(
            415,
            (int?)
                (await RefusedAsync(served, HttpMethod.Post, "/api/v1/nodes", new StringContent("a: b", Encoding.UTF8, "text/plain")))[
                    "code"
                ]
        );
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_body_that_expands_far_beyond_its_size_is_answered_in_time(string what, string type, string body, int code)
    {
        using var served = new ServedCluster();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/namespaces/default/configmaps")
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        long before = GC.GetTotalAllocatedBytes();

        using HttpResponseMessage answer = await served.Http.SendAsync(request).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((what, code), (what, (int)answer.StatusCode));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 2_000_000_000);
    }

    public static TheoryData<string, string, string, int> Bombs() =>
        new()
        {
            {
                "a long name over many elements",
                "application/json",
                Map($"\"{new string('k', 1_000_000)}\":[{Many(i => "0", 900_000)}]"),
                201
            },
            {
                "one member many times",
                "application/json",
                Map($"\"data\":{{{Many(i => $"\"k{i}\":\"v\"", 100_000)}}},{Many(_ => "\"data\":{}", 100_000)}"),
                201
            },
            {
                "many owners",
                "application/json",
                $"{{\"metadata\":{{\"name\":\"a\",\"ownerReferences\":[{Many(i => $"{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"a\",\"uid\":\"{i}\"}}", 30_000)}]}}}}",
                201
            },
            {
                "many faults",
                "application/json",
                $"{{\"metadata\":{{\"name\":\"a\",\"finalizers\":[{Many(_ => "\"\"", 200_000)}]}}}}",
                422
            },
            {
                "many unknown fields with anchors",
                "application/yaml",
                $"metadata:\n  name: a\n{string.Concat(Enumerable.Range(0, 120_000).Select(static i => $"k{i}: &a{i} v\n"))}",
                201
            },
            {
                "a long text under many aliases",
                "application/yaml",
                $"z: &a \"{new string('x', 1_000_000)}\"\nb: [{Many(_ => "*a", 190_000)}]\n",
                400
            },
        };

    [Theory]
    [InlineData("application/merge-patch+json")]
    [InlineData("application/strategic-merge-patch+json")]
    public async Task A_patch_that_removes_many_members_is_answered_in_time(string type)
    {
        using var served = new ServedCluster();
        const int Members = 90_000;
        using HttpResponseMessage made = await served.Http.PostAsync(
            "/api/v1/namespaces/default/configmaps",
            new StringContent(Map($"\"data\":{{{Many(static i => $"\"k{i}\":\"\"", Members)}}}"), Encoding.UTF8, "application/json")
        );
        Assert.Equal(201, (int)made.StatusCode);

        using HttpResponseMessage patched = await served
            .Http.PatchAsync(
                "/api/v1/namespaces/default/configmaps/a",
                new StringContent($"{{\"data\":{{{Many(static i => $"\"k{i}\":null", Members)}}}}}", Encoding.UTF8, type)
            )
            .WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(200, (int)patched.StatusCode);
        Assert.Null(JsonNode.Parse(await patched.Content.ReadAsStringAsync())!["data"]);
    }

    private static string Map(string rest) => $"{{\"metadata\":{{\"name\":\"a\"}},{rest}}}";

    private static string Many(Func<int, string> one, int count) => string.Join(',', Enumerable.Range(0, count).Select(one));

    [Theory]
    [InlineData("/api/v1/namespaces/default/../../nodes")]
    [InlineData("/api/v1/namespaces/%2e%2e/pods/a")]
    [InlineData("/api/v1/namespaces/default%2f..%2fkube-system/configmaps/a")]
    [InlineData("/api/v1/nodes/..%5c..%5csecret")]
    [InlineData("/api/v1/nodes/%00")]
    [InlineData("/api/v1/nodes/a/status/b/c")]
    [InlineData("/api/v1/namespaces/./nodes")]
    [InlineData("//api//v1//nodes//none")]
    [InlineData("/api/v1/nodes/%2e%2e%2fnodes")]
    [InlineData("/api/v1/nodes/%252e%252e")]
    [InlineData("/API/v1/nodes")]
    public async Task Paths_outside_of_the_API_are_404(string path)
    {
        using var served = new ServedCluster();
        string answer = await served.SendRawAsync(
            $"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\nConnection: close\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_of_60_kilobytes_is_404()
    {
        using var served = new ServedCluster();
        string answer = await served.SendRawAsync(
            $"GET /api/v1/nodes/{new string('a', 60_000)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\nConnection: close\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_after_a_refused_request_are_not_parsed_as_a_request()
    {
        using var served = new ServedCluster();
        string hidden = $"DELETE /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\n\r\n";
        foreach (
            string smuggler in (string[])
                ["Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 0\r\nContent-Length: 9\r\n", "X: y\r\n folded\r\n"]
        )
        {
            string answers = await served.SendRawAsync(
                $"POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.Token}\r\n{smuggler}\r\n{hidden}"
            );
            Assert.Single(answers.Split("HTTP/1.1 ").Skip(1));
            Assert.StartsWith("HTTP/1.1 400 ", answers, StringComparison.Ordinal);
        }
    }

    private static async Task<JsonObject> RefusedAsync(ServedCluster served, HttpMethod method, string path, HttpContent? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using HttpResponseMessage answer = await served.Http.SendAsync(request);
        JsonObject status = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        Assert.Equal("Status", (string?)status["kind"]);
        Assert.Equal((int)answer.StatusCode, (int?)status["code"]);
        return status;
    }
}
