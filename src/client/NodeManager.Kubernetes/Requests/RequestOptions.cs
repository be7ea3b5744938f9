namespace NodeManager.Kubernetes.Requests;

public sealed record RequestOptions
{
    public static RequestOptions Default { get; } = new();

    /// <summary>Validate without storing.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// Retry transient failures up to five times: reads and patches on 429, 5xx and broken connections, creations only when the server did
    /// not process them. False where a server error is a valid response (503 of a missing metrics API).
    /// </summary>
    public bool Retry { get; init; } = true;
}
