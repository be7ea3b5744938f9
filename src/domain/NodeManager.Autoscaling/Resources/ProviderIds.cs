namespace NodeManager.Autoscaling.Resources;

/// <summary>Machine ids in claims and nodes: <c>hcloud://1251</c>, <c>simulated://small-1</c>.</summary>
public static class ProviderIds
{
    /// <summary>A unique spelling: scheme and host are case-insensitive.</summary>
    public static string Normalize(string providerId)
    {
        string text = providerId.Trim().TrimEnd('/');
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return text;
        int path = text.IndexOf('/', scheme + 3);
        return path < 0 ? text.ToLowerInvariant() : text[..path].ToLowerInvariant() + text[path..];
    }

    public static bool AreSame(string? one, string? other) =>
        !string.IsNullOrEmpty(one) && !string.IsNullOrEmpty(other) && Normalize(one) == Normalize(other);
}
