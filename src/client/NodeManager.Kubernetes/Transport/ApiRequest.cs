namespace NodeManager.Kubernetes.Transport;

/// <summary>A request that can be sent repeatedly.</summary>
/// <param name="PathAndQuery">From the server's root.</param>
internal sealed record ApiRequest(HttpMethod Method, string PathAndQuery, RetryMode Retry)
{
    public const string Json = "application/json";

    public string Accept { get; init; } = Json;

    public byte[]? Body { get; init; }

    /// <summary>The maximum size of the response in decoded bytes.</summary>
    public long LargestAnswer { get; init; } = BoundedStream.LargestAnswer;

    public string ContentType { get; init; } = Json;

    /// <summary>Without the query, for messages.</summary>
    public string Path => PathAndQuery.IndexOf('?', StringComparison.Ordinal) is int end and >= 0 ? PathAndQuery[..end] : PathAndQuery;
}
