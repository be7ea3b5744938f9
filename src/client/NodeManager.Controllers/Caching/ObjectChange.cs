using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Controllers.Caching;

/// <summary>A change that a cache reports to its handlers.</summary>
/// <param name="Type">Added, Modified or Deleted.</param>
/// <param name="Object">As it is now; of a deleted object its last state. Shared with all other users: never change it.</param>
public readonly record struct ObjectChange<T>(WatchEventType Type, T Object)
    where T : KubernetesObject
{
    /// <summary>What a modified object was before; null otherwise.</summary>
    public T? Before { get; init; }

    public bool IsDeletion => Type == WatchEventType.Deleted;
}
