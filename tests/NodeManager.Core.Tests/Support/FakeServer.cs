using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;

namespace NodeManager.Core.Tests.Support;

/// <summary>Answers requests as a test says, remembers them, and says its version and its identity without being told.</summary>
public sealed class FakeServer : HttpMessageHandler
{
    private readonly Func<Request, CancellationToken, Task<HttpResponseMessage>> _answer;
    private readonly ConcurrentQueue<Request> _requests = new();

    public FakeServer(Func<Request, HttpResponseMessage> answer)
        : this((request, _) => Task.FromResult(answer(request))) { }

    public FakeServer(Func<Request, CancellationToken, Task<HttpResponseMessage>> answer) => _answer = answer;

    /// <summary>The UID of the namespace kube-system; null: only what the test answers.</summary>
    public string? ClusterUid { get; init; } = "d1a5b0c2-0000-4000-8000-000000000001";

    /// <summary>All but the questions for the version and the identity.</summary>
    public IReadOnlyList<Request> Requests => [.. _requests];

    public Task<NodeManagerSession> ConnectAsync(string cluster = "test", TimeProvider? time = null) =>
        SessionFactory.ConnectAsync(
            cluster,
            new("http://test.invalid/"),
            this,
            null,
            NullLogger.Instance,
            time ?? TimeProvider.System,
            CancellationToken.None
        );

    public static HttpResponseMessage Json(JsonNode body, HttpStatusCode code = HttpStatusCode.OK) => Text(body.ToJsonString(), code);

    public static HttpResponseMessage Text(string body, HttpStatusCode code = HttpStatusCode.OK, string type = "application/json") =>
        new(code) { Content = new StringContent(body, Encoding.UTF8, type) };

    public static HttpResponseMessage List(params IEnumerable<JsonNode> items) =>
        Json(
            new JsonObject
            {
                ["kind"] = "List",
                ["metadata"] = new JsonObject { ["resourceVersion"] = "100" },
                ["items"] = new JsonArray([.. items.Select(i => i.DeepClone())]),
            }
        );

    public static HttpResponseMessage Refusal(
        HttpStatusCode code,
        string reason,
        string message,
        string? kind = null,
        string? name = null
    ) =>
        Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["status"] = "Failure",
                ["message"] = message,
                ["reason"] = reason,
                ["details"] = new JsonObject { ["kind"] = kind, ["name"] = name },
                ["code"] = (int)code,
            },
            code
        );

    public static HttpResponseMessage NotFound(Request request)
    {
        string name = request.Path.Split('/')[^1];
        return Refusal(HttpStatusCode.NotFound, "NotFound", $"nodes \"{name}\" not found", "nodes", name);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var got = new Request(request.Method.Method, request.RequestUri!.AbsolutePath, request.RequestUri.Query, body);
        if (got.Path == "/version")
            return Text("""{"major":"1","minor":"34","gitVersion":"v1.34.2"}""");
        if (got.Path == "/api/v1/namespaces/kube-system" && ClusterUid is not null)
            return Json(
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = "kube-system", ["uid"] = ClusterUid },
                }
            );
        _requests.Enqueue(got);
        return await _answer(got, cancellationToken);
    }
}
