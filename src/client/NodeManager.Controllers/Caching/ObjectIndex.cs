using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Caching;

/// <summary>A way to find the objects of a cache by something other than their UID. A cache builds an index when it is first asked for it.</summary>
/// <param name="KeysOf">The keys of an object. Pure; an object may have any number of keys.</param>
public sealed record ObjectIndex<T>(Func<T, IEnumerable<string>> KeysOf)
    where T : KubernetesObject;
