namespace NodeManager.Kubernetes.Requests;

/// <summary>How to change something.</summary>
public sealed record RequestOptions
{
    public static RequestOptions Default { get; } = new();

    /// <summary>Have the server do everything but the storing.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// Whether a failure that may pass is tried again, five times at most: reads and patches on 429, 5xx and broken connections, creations
    /// only when the server did not process them. False also where a server error is an answer (a metrics API that is absent says 503).
    /// </summary>
    public bool Retry { get; init; } = true;
}
