namespace NodeManager.Kubernetes.Watching;

internal enum WatchLineKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}
