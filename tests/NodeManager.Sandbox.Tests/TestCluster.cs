using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests;

/// <summary>An empty cluster in which nothing acts on its own, and a client that speaks plain HTTP to it.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly HttpClient _http;

    public TestCluster(string version = "1.37", TimeProvider? time = null, int logCapacity = DocumentStore.DefaultLogCapacity)
    {
        Cluster = SandboxCluster.StartStill(
            new()
            {
                Nodes = 0,
                Version = version,
                Time = time ?? TimeProvider.System,
            },
            logCapacity
        );
        _http = new(Cluster.CreateTransport()) { BaseAddress = Cluster.Server, Timeout = Timeout.InfiniteTimeSpan };
    }

    public SandboxCluster Cluster { get; }

    public async Task<(HttpStatusCode Code, JsonObject Body)> SendAsync(
        string method,
        string path,
        string? body = null,
        string contentType = "application/json"
    )
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType));
        using HttpResponseMessage response = await _http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>Sends what must succeed.</summary>
    public async Task<JsonObject> OkAsync(string method, string path, string? body = null, string contentType = "application/json")
    {
        (HttpStatusCode code, JsonObject answer) = await SendAsync(method, path, body, contentType);
        Assert.True((int)code < 300, $"{method} {path}: {answer.ToJsonString()}");
        return answer;
    }

    public Task<JsonObject> GetAsync(string path) => OkAsync("GET", path);

    public Task<JsonObject> CreateAsync(string path, string body) => OkAsync("POST", path, body);

    public Task<JsonObject> MergeAsync(string path, string body) => OkAsync("PATCH", path, body, "application/merge-patch+json");

    /// <summary>The names of a list, with commas between.</summary>
    public async Task<string> NamesAsync(string path) =>
        string.Join(',', (await GetAsync(path))["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));

    public async Task<WatchReader> WatchAsync(string path, CancellationToken cancellationToken = default)
    {
        HttpResponseMessage response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    public void Dispose()
    {
        _http.Dispose();
        Cluster.Dispose();
    }
}
