using System.Globalization;

namespace NodeManager.Kubernetes.Watching;

/// <summary>
/// Compares resourceVersions, which all servers count up; documented from 1.35 on. Source:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
/// </summary>
public static class ResourceVersions
{
    /// <summary>If not numeric, a different version counts as newer.</summary>
    public static bool IsNewer(string? version, string? than) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong left)
        && ulong.TryParse(than, NumberStyles.None, CultureInfo.InvariantCulture, out ulong right)
            ? left > right
            : version != than;
}
