using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Configuration;

/// <summary>Protects clusters from unconfirmed changes.</summary>
public static class ClusterProtection
{
    private const char Separator = ',';

    /// <summary>Protects the session if the configuration names its context, or its cluster for a session without a context.</summary>
    public static void Apply(NodeManagerSession session, NodeManagerConfiguration configuration)
    {
        string name =
            session.Context.Length > 0 ? session.Context
            : session.Source == "InCluster" ? "in-cluster"
            : session.Cluster;
        if (Split(configuration.ProtectedContexts).Any(pattern => new NamePattern(pattern).Matches(name)))
            session.Protect();
    }

    /// <summary>True if changes of the session's cluster are allowed without the confirmation that protected clusters need.</summary>
    /// <param name="confirmed">The name by which the caller confirms the change; null for none.</param>
    public static bool IsConfirmed(NodeManagerSession session, string? confirmed) => !session.IsProtected || confirmed == session.Cluster;

    /// <param name="action">The remedy for the caller.</param>
    public static NodeManagerException Refusal(NodeManagerSession session, string? confirmed, string action) =>
        new(
            ErrorIds.ProtectedCluster,
            ErrorKind.PermissionDenied,
            string.IsNullOrEmpty(confirmed)
                ? $"Cluster '{session.Cluster}' is protected, and the change was not confirmed. Nothing was changed."
                : $"Cluster '{session.Cluster}' is protected, and the change was confirmed for '{confirmed}'. Nothing was changed.",
            session.Cluster,
            action
        );

    /// <summary>Joins the names of two layers of a configuration.</summary>
    internal static string? Join(string? names, string? more) =>
        Split(names).Union(Split(more), StringComparer.OrdinalIgnoreCase).ToArray() is { Length: > 0 } all
            ? string.Join(Separator, all)
            : null;

    internal static string[] Split(string? names) =>
        (names ?? "").Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
