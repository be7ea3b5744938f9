using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Nodes;

/// <summary>Keys of labels, annotations and taints to remove, plain or as patterns.</summary>
/// <remarks>
/// Keys of Kubernetes and NodeManager match a pattern only if it names the prefix before the slash: <c>node-role.kubernetes.io/*</c> does,
/// <c>*</c> and <c>*.kubernetes.io/x</c> do not.
/// </remarks>
internal static class KeyPatterns
{
    private static readonly string[] Reserved = ["kubernetes.io", "k8s.io", "nodemanager.io"];

    public static bool IsPattern(string key) => NamePattern.IsWildcard(key);

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
