using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Caching;

/// <summary>Indexes for every kind.</summary>
public static class ObjectIndexes<T>
    where T : KubernetesObject
{
    /// <summary>By the UID of the owning controller.</summary>
    public static ObjectIndex<T> ByOwner { get; } =
        new(static item => item.Metadata.OwnerReferences?.Find(static owner => owner.Controller == true) is { } owner ? [owner.Uid] : []);

    /// <summary>By label, as <c>key=value</c>.</summary>
    public static ObjectIndex<T> ByLabel { get; } =
        new(static item => (item.Metadata.Labels ?? []).Select(static label => $"{label.Key}={label.Value}"));
}
