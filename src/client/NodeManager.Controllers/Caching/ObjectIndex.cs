namespace NodeManager.Controllers.Caching;

/// <summary>A lookup of cached objects by keys. A cache builds an index on first use.</summary>
/// <param name="KeysOf">The keys of an object, of any number. Pure.</param>
public sealed record ObjectIndex<T>(Func<T, IEnumerable<string>> KeysOf)
    where T : KubernetesObject;
