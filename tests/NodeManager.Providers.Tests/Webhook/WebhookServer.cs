using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Providers.Webhook;

namespace NodeManager.Providers.Tests.Webhook;

/// <summary>An endpoint as the guide describes it, without a network.</summary>
internal sealed class WebhookServer(TimeProvider time) : HttpMessageHandler
{
    public const string Secret = "0123456789abcdef0123456789abcdef";

    private readonly ConcurrentDictionary<string, JsonObject> _machines = new(StringComparer.Ordinal);
    private int _created;

    /// <summary>How many machines were ever created.</summary>
    public int Created => _created;

    public IReadOnlyCollection<string> Claims => [.. _machines.Keys];

    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Answers in place of the endpoint; null: it answers itself.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Fault { get; set; } = static _ => null;

    /// <summary>Its answer is lost after it has done the work.</summary>
    public bool LosesAnswer { get; set; }

    public bool VerifiesSignature { get; set; } = true;

    /// <summary>The name of every machine; null: as requested.</summary>
    public string? OwnName { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string path = request.RequestUri!.PathAndQuery;
        Requests.Enqueue($"{request.Method} {path}");
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        if (VerifiesSignature && !IsSigned(request, path, body))
            return Answer(HttpStatusCode.Unauthorized, """{"message":"signature"}""");
        if (Fault(request) is { } fault)
            return fault;
        HttpResponseMessage answer = Handle(request, body);
        if (!LosesAnswer)
            return answer;
        LosesAnswer = false;
        throw new HttpRequestException("connection reset");
    }

    public static HttpResponseMessage Answer(HttpStatusCode code, string body = "") =>
        new(code) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private HttpResponseMessage Handle(HttpRequestMessage request, byte[] body)
    {
        string[] segments = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> query = request
            .RequestUri.Query.TrimStart('?')
            .Split('&')
            .Select(static one => one.Split('=', 2))
            .ToDictionary(static one => one[0], static one => Uri.UnescapeDataString(one[^1]));
        if (segments.Length == 2)
            return Answer(
                HttpStatusCode.OK,
                new JsonObject
                {
                    ["machines"] = new JsonArray([
                        .. _machines.Values.Where(one => (string?)one["owner"] == query["owner"]).Select(static one => one.DeepClone()),
                    ]),
                }.ToJsonString()
            );
        string claim = Uri.UnescapeDataString(segments[2]);
        if (request.Method == HttpMethod.Put)
            return Answer(HttpStatusCode.OK, _machines.GetOrAdd(claim, _ => Create(claim, body)).ToJsonString());
        if (!_machines.TryGetValue(claim, out JsonObject? machine))
            return Answer(HttpStatusCode.NotFound);
        if (request.Method == HttpMethod.Get)
            return Answer(HttpStatusCode.OK, machine.ToJsonString());
        if ((string?)machine["providerId"] != query["providerId"] || (string?)machine["name"] != query["name"])
            return Answer(HttpStatusCode.Conflict, """{"message":"another machine"}""");
        if (request.Method == HttpMethod.Delete)
            _machines.TryRemove(claim, out _);
        return Answer(HttpStatusCode.NoContent);
    }

    private JsonObject Create(string claim, byte[] body)
    {
        Interlocked.Increment(ref _created);
        JsonObject request = JsonNode.Parse(body)!.AsObject();
        return new()
        {
            ["owner"] = request["owner"]!.DeepClone(),
            ["claim"] = claim,
            ["name"] = OwnName ?? (string)request["name"]!,
            ["providerId"] = $"example://machines/{_created}",
            ["status"] = "Running",
            ["zone"] = request["zone"]?.DeepClone(),
            ["cpuCores"] = request["cpuCores"]!.DeepClone(),
            ["memoryMiB"] = request["memoryMiB"]!.DeepClone(),
        };
    }

    private bool IsSigned(HttpRequestMessage request, string path, byte[] body)
    {
        string timestamp = request.Headers.GetValues("X-NodeManager-Timestamp").Single();
        DateTimeOffset at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        return (time.GetUtcNow() - at).Duration() <= TimeSpan.FromMinutes(5)
            && request.Headers.GetValues("X-NodeManager-Signature").Single()
                == "v1=" + WebhookSignature.Compute(timestamp, request.Method.Method, path, body, Secret);
    }
}
