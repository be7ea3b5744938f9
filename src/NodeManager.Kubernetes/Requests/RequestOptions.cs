namespace NodeManager.Kubernetes.Requests;

/// <summary>How to change something.</summary>
public sealed record RequestOptions
{
    public static RequestOptions Default { get; } = new();

    /// <summary>Have the server do everything but the storing.</summary>
    public bool DryRun { get; init; }

    /// <summary>True for what is safe to repeat: it is retried on 429 and 5xx with the server's Retry-After.</summary>
    public bool Retry { get; init; } = true;
}
