namespace NodeManager.Kubernetes.Requests;

/// <summary>What to list or watch.</summary>
public sealed record ListOptions
{
    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Objects a page; 0 requests all in one page.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary><c>0</c> lets the server answer from its cache; null asks for the newest.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>For a watch: how often to list instead where the server refuses to watch. Null: that refusal ends the watch.</summary>
    public TimeSpan? RelistInterval { get; init; }

    /// <summary>For a watch: objects share the parts in which they are equal. Worth it where thousands are kept: finding those parts takes longer than reading them.</summary>
    public bool SharesParts { get; init; }
}
