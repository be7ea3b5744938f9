using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox;
using NodeManager.Sandbox.Pools;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>An answer of the service.</summary>
/// <param name="Code">Its status.</param>
/// <param name="Text">Its body.</param>
internal sealed record PoolAnswer(int Code, string Text)
{
    /// <summary>Null for an empty body. Throws where it is not JSON.</summary>
    public JsonNode? Json => Text.Length == 0 ? null : JsonNode.Parse(Text);

    public override string ToString() => $"{Code} {Text}";
}

/// <summary>An embedded service without nodes, asked by plain requests.</summary>
internal sealed class PoolServer : IDisposable
{
    public const string User = "me@example.com";

    private readonly SandboxCluster _cluster = SandboxCluster.Start(new() { Nodes = 0 });
    private readonly HttpMessageInvoker _http;

    public PoolServer() => _http = new(_cluster.Pools.CreateTransport());

    public PoolApi Api => _cluster.Pools.Api;

    public string ClusterId => _cluster.Pools.ClusterId;

    public async Task<PoolAnswer> AskAsync(string method, string path, byte[]? body = null, string? user = User, bool withToken = true)
    {
        using var request = new HttpRequestMessage(new(method), new Uri("http://pools.sandbox.invalid" + path));
        if (user is not null)
            request.Headers.TryAddWithoutValidation("X-User-Email", user);
        if (withToken)
            request.Headers.Authorization = new("Bearer", _cluster.Pools.Token);
        if (body is not null)
            request.Content = new ByteArrayContent(body);
        using HttpResponseMessage response = await _http.SendAsync(request, CancellationToken.None);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<PoolAnswer> AskAsync(string method, string path, JsonNode? body) =>
        AskAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString()));

    /// <summary>A pool of the embedded cluster; its id.</summary>
    /// <param name="name">Of the pool.</param>
    /// <param name="cluster">Its id; null: the cluster that has a platform, which reports about its pools.</param>
    public async Task<string> AddPoolAsync(string name, string? cluster = null)
    {
        PoolAnswer answer = await AskAsync(
            "POST",
            "/api/v1/nodepools",
            new JsonObject
            {
                ["name"] = name,
                ["cluster_id"] = cluster ?? ClusterId,
                ["spec"] = new JsonObject
                {
                    ["platform"] = new JsonObject { ["type"] = "gcp" },
                    ["nodeCount"] = 0,
                },
            }
        );
        Assert.Equal((int)HttpStatusCode.Created, answer.Code);
        return answer.Json!["id"]!.GetValue<string>();
    }

    public async Task<string> AddClusterAsync(string name)
    {
        PoolAnswer answer = await AskAsync(
            "POST",
            "/api/v1/clusters",
            new JsonObject
            {
                ["name"] = name,
                ["spec"] = new JsonObject { ["platform"] = new JsonObject { ["type"] = "aws" } },
            }
        );
        Assert.Equal((int)HttpStatusCode.Created, answer.Code);
        return answer.Json!["id"]!.GetValue<string>();
    }

    public void Dispose()
    {
        _http.Dispose();
        _cluster.Dispose();
    }
}
