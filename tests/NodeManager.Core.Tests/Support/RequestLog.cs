using System.Collections.Concurrent;

namespace NodeManager.Core.Tests.Support;

/// <summary>Passes requests on, and remembers what kind each was: <c>list nodes</c>, <c>watch pods</c>, <c>get leases</c>, <c>post events</c>.</summary>
internal sealed class RequestLog(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentQueue<(string Kind, Uri Uri)> _requests = new();

    /// <summary>How many of each kind were sent since the last <see cref="Clear"/>.</summary>
    public IReadOnlyDictionary<string, int> Counts =>
        _requests
            .GroupBy(static request => request.Kind)
            .ToDictionary(static kind => kind.Key, static kind => kind.Count(), StringComparer.Ordinal);

    public IReadOnlyList<Uri> Uris => [.. _requests.Select(static request => request.Uri)];

    public void Clear() => _requests.Clear();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri uri = request.RequestUri!;
        _requests.Enqueue((KindOf(request.Method.Method, uri), uri));
        return base.SendAsync(request, cancellationToken);
    }

    // /api/v1/RESOURCE, /apis/GROUP/VERSION/RESOURCE, or the same with namespaces/NAME before the resource.
    private static string KindOf(string method, Uri uri)
    {
        string[] parts = uri.AbsolutePath.Trim('/').Split('/');
        int at =
            parts[0] == "api" ? 2
            : parts[0] == "apis" ? 3
            : parts.Length;
        if (at >= parts.Length)
            return $"{method.ToLowerInvariant()} {uri.AbsolutePath}";
        if (parts[at] == "namespaces" && parts.Length > at + 2)
            at += 2;
        string resource = parts[0] == "apis" && parts[1] == "metrics.k8s.io" ? "metrics" : parts[at];
        bool isList = parts.Length == at + 1;
        string verb =
            method != "GET" ? method.ToLowerInvariant()
            : uri.Query.Contains("watch=", StringComparison.Ordinal) ? "watch"
            : isList ? "list"
            : "get";
        return $"{verb} {resource}";
    }
}
