namespace NodeManager.Kubernetes.Watching;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>All objects that existed at the start, or at a restart after 410, have been reported. Its object is null.</summary>
    Synced,
}
