using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// The workloads whose availability is kept while several nodes are drained although no PDB covers their pods, and how many of their pods may
/// be unavailable.
/// </summary>
internal static class WorkloadRules
{
    /// <summary>As the default of a Deployment's rolling update.</summary>
    public const string Default = "25%";

    public static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(2);

    /// <summary>How many pods may be unavailable at a time, at least 1.</summary>
    /// <param name="allowed">A number, or a percentage of the replicas, rounded down; null for the default.</param>
    /// <param name="own">What a Deployment allows in its rolling updates, which counts if it is less.</param>
    public static int Limit(string? allowed, int replicas, IntOrString? own)
    {
        int limit = new IntOrString(allowed ?? Default).Resolve(replicas, roundUp: false);
        return Math.Max(1, own is { } less ? Math.Min(limit, less.Resolve(replicas, roundUp: false)) : limit);
    }

    /// <summary>
    /// Equal for the pods of a workload; null for pods without desired replicas: bare and static pods, those of Jobs and DaemonSets.
    /// </summary>
    public static string? KeyOf(Pod pod)
    {
        if (pod.Controller() is not { Kind: not ("Job" or "DaemonSet" or "Node") } owner)
            return null;
        // The ReplicaSets of a Deployment have its name, and the hash of their template.
        string hash = "-" + pod.Metadata.Labels?.GetValueOrDefault("pod-template-hash");
        string name = hash.Length > 1 && owner.Name.EndsWith(hash, StringComparison.Ordinal) ? owner.Name[..^hash.Length] : owner.Name;
        return $"{owner.Kind} {pod.Metadata.Namespace}/{name}";
    }
}
