namespace NodeManager.Drains.Options;

internal static class DrainLimit
{
    private const long DefaultGrace = 30;

    // Beyond the grace period: time for the kubelet to report the end of a pod and for a driver to detach a volume.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    // The default progressDeadlineSeconds of a Deployment.
    private static readonly TimeSpan Rollout = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The requested timeout. With <c>-Once</c> and no timeout: as long as the accepted pods may take, without waiting for a stuck one.
    /// </summary>
    /// <param name="leaving">The pods to evict.</param>
    /// <returns>Null for no limit.</returns>
    public static TimeSpan? Of(DrainOptions options, IReadOnlyCollection<Pod> leaving)
    {
        if (options.HasTimeout)
            return options.Timeout;
        if (!options.Once)
            return null;
        TimeSpan longest = leaving.Select(p => Grace(p, options)).DefaultIfEmpty(TimeSpan.Zero).Max();
        int turns = options.MaxParallelEvictions is { } parallel ? Math.Max(1, (leaving.Count + parallel - 1) / parallel) : 1;
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
