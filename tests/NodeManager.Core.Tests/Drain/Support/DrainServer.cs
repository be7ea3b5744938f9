using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Drain.Support;

/// <summary>
/// As much of an API server as a drain meets, without anything that acts by itself: what evictions are answered, and what becomes of pods
/// and budgets, is the test's to say.
/// </summary>
internal sealed class DrainServer : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, ServedKind> _kinds = new();
    private readonly ConcurrentDictionary<string, int> _attempts = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers the n-th (from 1) eviction or deletion of a pod; null accepts it.</summary>
    public Func<string, int, HttpResponseMessage?> OnRemove { get; set; } = (_, _) => null;

    /// <summary>What becomes of a pod that was accepted; by default it is gone immediately.</summary>
    public Action<string> OnAccepted { get; set; }

    /// <summary>What this user may not do, as <c>verb resource</c>.</summary>
    public ISet<string> Denied { get; } = new HashSet<string>();

    /// <summary>Run before a request is answered; an answer of its own goes in its place.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Intercept { get; set; } = _ => null;

    /// <summary>Requests of these paths are answered only when the task ends; null: immediately.</summary>
    public Func<string, Task?> Hang { get; set; } = _ => null;

    /// <summary>Ends when the first request hangs.</summary>
    public Task Hanging => _hanging.Task;

    public DrainServer() => OnAccepted = name => Pods.Remove(name);

    public ServedKind Nodes => Kind("nodes");

    public ServedKind Pods => Kind("pods");

    public ServedKind Budgets => Kind("poddisruptionbudgets");

    public ServedKind DaemonSets => Kind("daemonsets");

    public ServedKind Deployments => Kind("deployments");

    public ServedKind ReplicaSets => Kind("replicasets");

    public ServedKind Claims => Kind("persistentvolumeclaims");

    public ServedKind Attachments => Kind("volumeattachments");

    public ServedKind Events => Kind("events");

    /// <summary><c>METHOD /path</c> of every request, in order.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Bodies of evictions and deletions, by pod.</summary>
    public ConcurrentDictionary<string, JsonNode> Removals { get; } = new();

    /// <summary>The server's clock, in its responses; null: they have no date.</summary>
    public Func<DateTimeOffset>? Clock { get; set; }

    public int Attempts(string pod) => _attempts.GetValueOrDefault(pod);

    public Task<NodeManagerSession> ConnectAsync(TimeProvider? time = null) =>
        SessionFactory.ConnectAsync(
            "test",
            new("http://test.invalid/"),
            this,
            null,
            NullLogger.Instance,
            time ?? TimeProvider.System,
            CancellationToken.None
        );

    /// <summary>Every watch of this server ends in the middle of a line.</summary>
    public void CutWatches()
    {
        foreach (ServedKind kind in _kinds.Values)
            kind.Cut();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await AnswerAsync(request, cancellationToken);
        response.Headers.Date = Clock?.Invoke();
        return response;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        string path = request.RequestUri!.AbsolutePath;
        bool isWatch = request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal);
        _requests.Enqueue($"{(isWatch ? "WATCH" : request.Method.Method)} {path}");
        if (Intercept(request) is { } intercepted)
            return intercepted;
        if (Hang(path) is { } hangs)
        {
            _hanging.TrySetResult();
            await hangs.WaitAsync(cancellationToken);
        }

        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        switch (path)
        {
            case "/version":
                return Answers.Json(JsonNode.Parse("""{"major":"1","minor":"34","gitVersion":"v1.34.2"}""")!);
            case "/api/v1":
                return Answers.Json(
                    JsonNode.Parse("""{"resources":[{"name":"pods/eviction","group":"policy","version":"v1","kind":"Eviction"}]}""")!
                );
            case "/apis/policy":
                return Answers.Json(JsonNode.Parse("""{"name":"policy","versions":[{"groupVersion":"policy/v1","version":"v1"}]}""")!);
            case "/apis/lifecycle.k8s.io/v1alpha1":
                return Answers.Status(404, "NotFound", "the server could not find the requested resource");
            case "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":
                return Review(body);
        }

        RequestInfo info = RequestInfo.Parse(request.Method.Method, path, isWatch);
        ServedKind kind = Kind(info.Resource);
        return info.Verb switch
        {
            "watch" => kind.Watch(request.RequestUri.Query),
            "list" => kind.List(request.RequestUri.Query),
            "get" => kind.Get(info.Name),
            "patch" => kind.Merge(info.Name, JsonNode.Parse(body)!.AsObject()),
            "create" when info.Subresource == "eviction" => Remove(info.Name, JsonNode.Parse(body)!["deleteOptions"]!),
            "delete" => Remove(info.Name, JsonNode.Parse(body)!),
            "create" => Answers.Json(kind.Put(JsonNode.Parse(body)!.AsObject()), HttpStatusCode.Created),
            _ => Answers.Status(405, "MethodNotAllowed", path),
        };
    }

    private ServedKind Kind(string plural) => _kinds.GetOrAdd(plural, static _ => new());

    private HttpResponseMessage Remove(string pod, JsonNode options)
    {
        Removals[pod] = options;
        int attempt = _attempts.AddOrUpdate(pod, 1, (_, n) => n + 1);
        if (OnRemove(pod, attempt) is { } refusal)
            return refusal;
        OnAccepted(pod);
        return Answers.Json(new JsonObject { ["kind"] = "Status", ["status"] = "Success" }, HttpStatusCode.Created);
    }

    private HttpResponseMessage Review(string body)
    {
        JsonNode wanted = JsonNode.Parse(body)!["spec"]!["resourceAttributes"]!;
        string resource = wanted["subresource"] is { } sub ? $"{wanted["resource"]}/{sub}" : $"{wanted["resource"]}";
        string inNamespace = wanted["namespace"] is { } ns ? $" in {ns}" : "";
        bool isDenied = Denied.Contains($"{wanted["verb"]} {resource}{inNamespace}");
        return Answers.Json(
            new JsonObject
            {
                ["spec"] = new JsonObject(),
                ["status"] = new JsonObject { ["allowed"] = !isDenied },
            },
            HttpStatusCode.Created
        );
    }
}
