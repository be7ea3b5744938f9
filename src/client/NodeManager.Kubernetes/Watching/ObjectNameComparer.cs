using System.Diagnostics.CodeAnalysis;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>
/// Compares objects of a kind by namespace and name. A set needs half the memory of a dictionary, because the objects hold their names
/// already.
/// </summary>
public sealed class ObjectNameComparer<T> : IEqualityComparer<T>, IAlternateEqualityComparer<(string? Namespace, string Name), T>
    where T : KubernetesObject
{
    private ObjectNameComparer() { }

    public static ObjectNameComparer<T> Instance { get; } = new();

    public bool Equals(T? x, T? y) =>
        ReferenceEquals(x, y)
        || (x is not null && y is not null && x.Metadata.Name == y.Metadata.Name && x.Metadata.Namespace == y.Metadata.Namespace);

    public int GetHashCode([DisallowNull] T obj) => HashCode.Combine(obj.Metadata.Namespace, obj.Metadata.Name);

    public bool Equals((string? Namespace, string Name) alternate, T other) =>
        other.Metadata.Name == alternate.Name && other.Metadata.Namespace == alternate.Namespace;

    public int GetHashCode((string? Namespace, string Name) alternate) => HashCode.Combine(alternate.Namespace, alternate.Name);

    /// <summary>Objects cannot be created from names.</summary>
    public T Create((string? Namespace, string Name) alternate) =>
        throw new NotSupportedException("An object cannot be created from its name.");
}
