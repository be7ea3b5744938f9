namespace NodeManager.Kubernetes.Requests;

public sealed record ListOptions
{
    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Objects per page; 0 requests a single page.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary><c>0</c> allows the server's cache; null requests the most recent.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>For a watch: the interval of lists where the server refuses to watch. Null: the refusal ends the watch.</summary>
    public TimeSpan? RelistInterval { get; init; }

    /// <summary>
    /// For a watch or a whole list: objects share equal parts and are read-only. Has no effect on up to 2,000 objects, because finding these
    /// parts takes longer than decoding.
    /// </summary>
    public bool SharesParts { get; init; }
}
