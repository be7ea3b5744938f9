namespace NodeManager.Kubernetes.Watching;

public readonly record struct WatchEvent<T>(WatchEventType Type, T Object)
{
    /// <summary>With <see cref="WatchEventType.Synced"/>: the version of the list. Null otherwise.</summary>
    public string? ListVersion { get; init; }
}
