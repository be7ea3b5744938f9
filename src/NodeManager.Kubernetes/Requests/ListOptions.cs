namespace NodeManager.Kubernetes.Requests;

/// <summary>What to list or watch.</summary>
public sealed record ListOptions
{
    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Objects a page.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary><c>0</c> lets the server answer from its cache; null asks for the newest.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>False where a server error is an answer: a metrics API that is not there says 503.</summary>
    public bool Retry { get; init; } = true;
}
