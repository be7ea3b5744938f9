using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Options;

/// <summary>How long the drain of a node may take. Pure.</summary>
internal static class DrainLimit
{
    private const long DefaultGrace = 30;

    // Beyond the grace period: what a kubelet takes to report that a pod ended, and a driver to detach a volume.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    // A Deployment's progressDeadlineSeconds where it is not set.
    private static readonly TimeSpan Rollout = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What was asked for. Who asks each pod once (<c>-Once</c>) and sets no limit waits as long as the accepted pods may use, and not for one
    /// that never ends.
    /// </summary>
    /// <param name="options">Of the drain.</param>
    /// <param name="leaving">The pods that have to leave the node.</param>
    /// <returns>Null for no limit.</returns>
    public static TimeSpan? Of(DrainOptions options, IReadOnlyCollection<Pod> leaving)
    {
        if (options.HasTimeout)
            return options.Timeout;
        if (!options.Once)
            return null;
        TimeSpan longest = leaving.Select(p => Grace(p, options)).DefaultIfEmpty(TimeSpan.Zero).Max();
        int turns = options.MaxParallelEvictions is { } most ? Math.Max(1, (leaving.Count + most - 1) / most) : 1;
        TimeSpan limit = (turns * longest) + Margin;
        if (options.WaitForJob is { } jobs)
            limit += jobs;
        if (options.Surge)
            limit += options.SurgeTimeout ?? Rollout;
        if (options.WaitForReplacement)
            limit += Rollout;
        return limit + (options.VolumeDetachTimeout ?? TimeSpan.Zero);
    }

    private static TimeSpan Grace(Pod pod, DrainOptions options) =>
        options.GracePeriod
        ?? TimeSpan.FromSeconds(
            Math.Min(pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? DefaultGrace, int.MaxValue)
        );
}
