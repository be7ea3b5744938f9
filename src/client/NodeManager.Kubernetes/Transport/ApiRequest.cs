namespace NodeManager.Kubernetes.Transport;

/// <summary>A request in a form that can be sent more than once.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="PathAndQuery">From the server's root.</param>
/// <param name="Retry">When it may be sent again.</param>
internal sealed record ApiRequest(HttpMethod Method, string PathAndQuery, RetryMode Retry)
{
    public const string Json = "application/json";

    public string Accept { get; init; } = Json;

    public byte[]? Body { get; init; }

    /// <summary>How large an answer may be, in decoded bytes.</summary>
    public long LargestAnswer { get; init; } = BoundedStream.LargestAnswer;

    public string ContentType { get; init; } = Json;

    /// <summary>The path alone: selectors and continue tokens are noise in messages.</summary>
    public string Path => PathAndQuery.IndexOf('?', StringComparison.Ordinal) is int end and >= 0 ? PathAndQuery[..end] : PathAndQuery;
}
