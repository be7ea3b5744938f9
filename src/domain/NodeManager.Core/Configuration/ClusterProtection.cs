using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Configuration;

/// <summary>Which clusters are protected, and what confirms a change of one.</summary>
public static class ClusterProtection
{
    private const char Separator = ',';

    /// <summary>Protects the session if its context is one of those that the configuration names. A session without a context goes by its cluster.</summary>
    public static void Apply(NodeManagerSession session, NodeManagerConfiguration configuration)
    {
        string name =
            session.Context.Length > 0 ? session.Context
            : session.Source == "InCluster" ? "in-cluster"
            : session.Cluster;
        if (Split(configuration.ProtectedContexts).Any(pattern => new NamePattern(pattern).Matches(name)))
            session.Protect();
    }

    /// <summary>Whether a change of the session's cluster may be made, or a person may be asked about it as about any other cluster.</summary>
    /// <param name="session">Where.</param>
    /// <param name="confirmed">The name by which the caller confirms the change; null for none.</param>
    public static bool IsConfirmed(NodeManagerSession session, string? confirmed) => !session.IsProtected || confirmed == session.Cluster;

    /// <summary>The error for a change that is not confirmed.</summary>
    /// <param name="session">Where.</param>
    /// <param name="confirmed">The name by which the caller confirms the change; null for none.</param>
    /// <param name="action">What the caller can do.</param>
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

    /// <summary>The names of two layers of a configuration.</summary>
    internal static string? Join(string? names, string? more) =>
        Split(names).Union(Split(more), StringComparer.OrdinalIgnoreCase).ToArray() is { Length: > 0 } all
            ? string.Join(Separator, all)
            : null;

    private static string[] Split(string? names) =>
        (names ?? "").Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
