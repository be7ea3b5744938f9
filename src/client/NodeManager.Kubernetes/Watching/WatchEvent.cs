namespace NodeManager.Kubernetes.Watching;

/// <summary>One change that a watch saw.</summary>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object)
{
    /// <summary>With <see cref="WatchEventType.Synced"/>: the version of the list that was read. Null otherwise.</summary>
    public string? ListVersion { get; init; }
}
