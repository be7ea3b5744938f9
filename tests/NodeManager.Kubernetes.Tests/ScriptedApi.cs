using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Kubernetes.Tests;

/// <summary>An API server that answers one request after the other as scripted, and then keeps silent.</summary>
internal sealed class ScriptedApi : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _script = new();
    private readonly List<string> _requests = [];

    /// <summary>What was asked: path and query.</summary>
    public IReadOnlyList<string> Requests => _requests;

    public static string Node(string name, int version, string? uid = null) =>
        $$$"""{"metadata":{"name":"{{{name}}}","uid":"{{{uid ?? "uid-" + name}}}","resourceVersion":"{{{version}}}"},"spec":{},"status":{}}""";

    public static string Event(string type, string item) => $$"""{"type":"{{type}}","object":{{item}}}""";

    public static string Bookmark(int version) =>
        Event("BOOKMARK", $$$"""{"kind":"Node","metadata":{"resourceVersion":"{{{version}}}"},"spec":{},"status":{}}""");

    public static string Status(HttpStatusCode code, string? next = null) =>
        new JsonObject
        {
            ["kind"] = "Status",
            ["status"] = "Failure",
            ["code"] = (int)code,
            ["reason"] = code.ToString(),
            ["message"] = "scripted",
            ["metadata"] = new JsonObject { ["continue"] = next },
        }.ToJsonString();

    public ScriptedApi List(int version, params string[] items) => Page(version, null, items);

    public ScriptedApi Page(int version, string? next, params string[] items) =>
        Answer(
            HttpStatusCode.OK,
            $$$"""{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}","continue":"{{{next}}}"},"items":[{{{string.Join(',', items)}}}]}"""
        );

    public ScriptedApi Refuse(HttpStatusCode code, string? next = null) => Answer(code, Status(code, next));

    /// <summary>A watch that says these lines and is then closed by the server.</summary>
    public ScriptedApi Watch(params string[] lines) => Answer(HttpStatusCode.OK, string.Concat(lines.Select(line => line + "\n")));

    /// <summary>A watch that says this, as it stands, and is then closed.</summary>
    public ScriptedApi WatchRaw(string text) => Answer(HttpStatusCode.OK, text);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _requests.Add(request.RequestUri!.PathAndQuery);
        return Task.FromResult(_script.Count > 0 ? _script.Dequeue()() : Silent());
    }

    /// <summary>A watch on which nothing happens.</summary>
    private static HttpResponseMessage Silent() => new(HttpStatusCode.OK) { Content = new StreamContent(new Pipe().Reader.AsStream()) };

    private ScriptedApi Answer(HttpStatusCode code, string body)
    {
        _script.Enqueue(() => new(code) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        return this;
    }
}
