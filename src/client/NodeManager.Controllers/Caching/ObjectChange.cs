using NodeManager.Kubernetes.Watching;

namespace NodeManager.Controllers.Caching;

/// <param name="Object">The new state; of a deleted object, its last state. Shared: do not change it.</param>
public readonly record struct ObjectChange<T>(WatchEventType Type, T Object)
    where T : KubernetesObject
{
    /// <summary>The former state of a modified object; null otherwise.</summary>
    public T? Before { get; init; }

    public bool IsDeletion => Type == WatchEventType.Deleted;
}
