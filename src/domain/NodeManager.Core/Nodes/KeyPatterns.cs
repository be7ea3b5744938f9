using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Nodes;

/// <summary>
/// Keys of labels, annotations and taints to remove: as they are, or as patterns that stand for keys of a node. Pure.
/// </summary>
/// <remarks>
/// What Kubernetes and NodeManager themselves keep on nodes matches a pattern only where it names the part before the slash:
/// <c>node-role.kubernetes.io/*</c> does, <c>*</c> and <c>*.kubernetes.io/x</c> do not.
/// </remarks>
internal static class KeyPatterns
{
    private static readonly string[] Reserved = ["kubernetes.io", "k8s.io", "nodemanager.io"];

    public static bool IsPattern(string key) => NamePattern.IsWildcard(key);

    /// <summary>Those of a node's keys that a key or a pattern stands for.</summary>
    public static bool Matches(string keyOrPattern, string key)
    {
        if (!IsPattern(keyOrPattern))
            return keyOrPattern == key;
        string domain = Domain(key);
        return new NamePattern(keyOrPattern).Matches(key) && (!IsReserved(domain) || Domain(keyOrPattern) == domain);
    }

    private static bool IsReserved(string domain) =>
        Array.Exists(Reserved, r => domain == r || domain.EndsWith("." + r, StringComparison.Ordinal));

    private static string Domain(string key) => key.IndexOf('/', StringComparison.Ordinal) is >= 0 and int slash ? key[..slash] : "";
}
