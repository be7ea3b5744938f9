namespace NodeManager.Kubernetes.Requests;

/// <summary>The part of a container's log to read (PodLogOptions).</summary>
public sealed record LogOptions
{
    /// <summary>Null: the only one.</summary>
    public string? Container { get; init; }

    /// <summary>Of the container before its restart; without one, the server refuses (BadRequest).</summary>
    public bool IsPrevious { get; init; }

    /// <summary>The last lines; null: all.</summary>
    public int? TailLines { get; init; }

    /// <summary>Only lines of the last seconds, at least 1.</summary>
    public int? SinceSeconds { get; init; }

    /// <summary>The first bytes of what the other options select.</summary>
    public int? LimitBytes { get; init; }

    /// <summary>Each line begins with its time and a space.</summary>
    public bool HasTimestamps { get; init; }
}
