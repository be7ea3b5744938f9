namespace NodeManager.Kubernetes.Watching;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>All that existed when the watch began (or began anew, after 410) has been told. Its object is null.</summary>
    Synced,
}
