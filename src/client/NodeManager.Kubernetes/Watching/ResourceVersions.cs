using System.Globalization;

namespace NodeManager.Kubernetes.Watching;

/// <summary>
/// Compares resourceVersions. Every server counts them up, and from 1.35 on that is part of the API.
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
/// </summary>
public static class ResourceVersions
{
    /// <summary>Whether one version is newer than another. Where they are not numbers, a different version counts as newer.</summary>
    public static bool IsNewer(string? version, string? than) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong left)
        && ulong.TryParse(than, NumberStyles.None, CultureInfo.InvariantCulture, out ulong right)
            ? left > right
            : version != than;
}
