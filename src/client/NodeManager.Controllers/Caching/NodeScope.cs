using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Controllers.Caching;

/// <summary>
/// How objects that belong to nodes are watched: up to <see cref="Limit"/> nodes each by a watch of its own, more by one of the whole cluster,
/// and by that one, too, where it is open already.
/// </summary>
public sealed record NodeScope<T>(ResourceType<T> Type, string Field)
    where T : KubernetesObject
{
    /// <summary>How many nodes of a session are watched one by one.</summary>
    public const int Limit = 8;

    internal ListOptions Of(string node) => new() { FieldSelector = $"{Field}={node}" };

    internal bool IsOfOneNode(ListOptions what) => what.FieldSelector?.StartsWith(Field + "=", StringComparison.Ordinal) == true;
}
