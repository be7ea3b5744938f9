using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Testing;

namespace NodeManager.Controllers.Tests;

/// <summary>As much of an API server as caches and leases meet: lists, watches, and patches that hold their preconditions.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, ServedKind> _kinds = new();
    private readonly ConcurrentQueue<string> _requests = new();

    public ServedKind Pods => Kind("pods");

    public ServedKind Nodes => Kind("nodes");

    public ServedKind Leases => Kind("leases");

    /// <summary><c>METHOD /path?query</c> of every request, a watch as <c>WATCH</c>.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>What the user may not do, as <c>WATCH</c> or another method.</summary>
    public ISet<string> Denied { get; } = new HashSet<string>();

    /// <summary>Run before a request is answered, and awaited.</summary>
    public Func<HttpRequestMessage, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public int CountOf(string method) => _requests.Count(request => request.StartsWith(method + " ", StringComparison.Ordinal));

    /// <summary>Does this while no watch is open and none can be opened.</summary>
    /// <param name="during">What happens meanwhile.</param>
    /// <param name="isForgotten">Whether the server cannot tell of it afterwards, so that watches from before get a 410.</param>
    public async Task WithoutWatchAsync(bool isForgotten, Func<Task> during)
    {
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Eventually.HoldsAsync(() => Pods.Watches == 1);
        Before = (request, token) => FaultInjectionHandler.IsWatch(request) ? open.Task.WaitAsync(token) : Task.CompletedTask;
        Pods.Cut();
        await during();
        if (isForgotten)
            Pods.Expire();
        open.SetResult();
    }

    public KubernetesClient Connect(TimeProvider time, FaultInjectionHandler? faults = null) =>
        new(
            new("http://test.invalid/"),
            this,
            new()
            {
                Time = time,
                WrapTransport = inner =>
                {
                    if (faults is null)
                        return inner;
                    faults.InnerHandler = inner;
                    return faults;
                },
            }
        );

    public static ObjectCaches Caches(KubernetesClient client) => new(client, NullLogger.Instance);

    public static JsonObject Pod(string name, string node, string? owner = null, string? app = null, string? uid = null) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = "shop",
                ["uid"] = uid ?? "uid-" + name,
                ["labels"] = app is null ? null : new JsonObject { ["app"] = app },
                ["ownerReferences"] = owner is null
                    ? null
                    : new JsonArray(
                        new JsonObject
                        {
                            ["uid"] = owner,
                            ["kind"] = "ReplicaSet",
                            ["name"] = owner,
                            ["controller"] = true,
                        }
                    ),
            },
            ["spec"] = new JsonObject { ["nodeName"] = node },
        };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        bool isWatch = request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal);
        string method = isWatch ? "WATCH" : request.Method.Method;
        _requests.Enqueue($"{method} {request.RequestUri.PathAndQuery}");
        await Before(request, cancellationToken);
        if (Denied.Contains(method))
            return Status(HttpStatusCode.Forbidden);
        string[] parts = request.RequestUri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int at = parts[0] == "api" ? 2 : 3;
        if (parts[at] == "namespaces")
            at += 2;
        ServedKind kind = Kind(parts[at]);
        string? name = parts.Length > at + 1 ? parts[at + 1] : null;
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        return method switch
        {
            "WATCH" => kind.Watch(request.RequestUri.Query),
            "GET" => name is null ? kind.List(request.RequestUri.Query) : kind.Get(name),
            "POST" => Create(kind, JsonNode.Parse(body)!.AsObject()),
            "PATCH" => Patch(kind, name!, JsonNode.Parse(body)!),
            _ => Status(HttpStatusCode.MethodNotAllowed),
        };
    }

    private static HttpResponseMessage Status(HttpStatusCode code) =>
        StubHandler.Json(
            $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{code}}","reason":"{{code}}","code":{{(int)code}}}""",
            code
        );

    private static HttpResponseMessage Create(ServedKind kind, JsonObject item)
    {
        if (kind[item["metadata"]!["name"]!.GetValue<string>()] is not null)
            return Status(HttpStatusCode.Conflict);
        item["metadata"]!["namespace"] = "shop";
        item["metadata"]!["uid"] = Guid.NewGuid().ToString();
        return StubHandler.Json(kind.Put(item).ToJsonString(), HttpStatusCode.Created);
    }

    private static HttpResponseMessage Patch(ServedKind kind, string name, JsonNode patch)
    {
        if (kind[name] is not { } item)
            return Status(HttpStatusCode.NotFound);
        if (patch is JsonObject merge)
        {
            if (merge["metadata"]?["resourceVersion"] is { } version && !JsonNode.DeepEquals(version, item["metadata"]!["resourceVersion"]))
                return Status(HttpStatusCode.Conflict);
            return kind.Merge(name, merge);
        }

        foreach (JsonNode? step in patch.AsArray())
        {
            string[] path = step!["path"]!.GetValue<string>().Trim('/').Split('/');
            JsonNode parent = path[..^1].Aggregate((JsonNode)item, static (node, key) => node[key]!);
            if (step["op"]!.GetValue<string>() != "test")
                parent[path[^1]] = step["value"]!.DeepClone();
            else if (!JsonNode.DeepEquals(parent[path[^1]], step["value"]))
                return Status(HttpStatusCode.UnprocessableEntity);
        }

        return StubHandler.Json(kind.Put(item).ToJsonString());
    }

    private ServedKind Kind(string plural) => _kinds.GetOrAdd(plural, static _ => new());
}
