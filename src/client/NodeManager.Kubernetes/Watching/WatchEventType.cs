namespace NodeManager.Kubernetes.Watching;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>All that existed when the watch started (or restarted, after 410) has been reported. Its object is null.</summary>
    Synced,
}
