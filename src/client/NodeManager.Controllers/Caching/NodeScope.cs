using NodeManager.Kubernetes.Requests;

namespace NodeManager.Controllers.Caching;

/// <summary>
/// How objects of nodes are watched: up to <see cref="Limit"/> nodes by a watch each, more by a watch of the whole cluster, which is also
/// used where it is open already.
/// </summary>
public sealed record NodeScope<T>(ResourceType<T> Type, string Field)
    where T : KubernetesObject
{
    /// <summary>The maximum number of watches for single nodes per session.</summary>
    public const int Limit = 8;

    internal ListOptions Of(string node) => new() { FieldSelector = $"{Field}={node}" };

    internal bool IsOfOneNode(ListOptions what) => what.FieldSelector?.StartsWith(Field + "=", StringComparison.Ordinal) == true;
}
