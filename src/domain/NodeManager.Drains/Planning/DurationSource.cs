namespace NodeManager.Drains.Planning;

/// <summary>How long pods take to terminate and to become ready: at most, or usually.</summary>
internal abstract class DurationSource
{
    // The API server's default.
    private const long DefaultGrace = 30;

    public static DurationSource Maximum { get; } = new Bound();

    public static DurationSource Usual(TerminationHistory history) => new Expectation(history);

    /// <summary>Of the starts, for the basis of an estimate.</summary>
    public abstract string StartName { get; }

    /// <summary>Null if unknown.</summary>
    public abstract TimeSpan? Termination(PlannedPod pod);

    /// <summary>The time that a pod needs to become ready; null without data.</summary>
    /// <param name="starts">See <see cref="StartsOf"/>.</param>
    public abstract TimeSpan? Start(IReadOnlyList<TimeSpan> starts);

    public abstract string DescribeTermination(TimeSpan duration);

    /// <summary>The grace period that applies to a pod, in seconds.</summary>
    public static long GraceOf(NodeDrainPlanPod pod) => Math.Min(pod.GracePeriodSeconds ?? DefaultGrace, int.MaxValue);

    /// <summary>How long pods took to become ready, the shortest first.</summary>
    public static IReadOnlyList<TimeSpan> StartsOf(IEnumerable<Pod> pods) => [.. pods.Select(StartOf).OfType<TimeSpan>().Order()];

    // The times of a restarted pod do not count.
    private static TimeSpan? StartOf(Pod pod)
    {
        TimeSpan? known =
            pod.Status.ReadyAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds)
            : pod.Status.Conditions.Find("Ready") is { Status: "True" } condition
                ? condition.LastTransitionTime - pod.Metadata.CreationTimestamp
            : null;
        bool restarted = pod.Status.ContainerStatuses?.Exists(c => c.RestartCount > 0) == true;
        if (restarted || known is not { } took || took < TimeSpan.Zero)
            return null;
        // The API's times are whole seconds.
        return took < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : took;
    }

    private sealed class Bound : DurationSource
    {
        // From the end of the grace period until the kubelet has killed the containers, reported it, and deleted the pod.
        private static readonly TimeSpan Kill = TimeSpan.FromSeconds(3);

        public override string StartName => "the longest";

        public override TimeSpan? Termination(PlannedPod pod) => TimeSpan.FromSeconds(GraceOf(pod.Plan)) + Kill;

        public override TimeSpan? Start(IReadOnlyList<TimeSpan> starts) => starts.Count > 0 ? starts[^1] : null;

        public override string DescribeTermination(TimeSpan duration) =>
            $"Pods can use their whole grace period, and take at most {duration.TotalSeconds:0} s to terminate.";
    }

    private sealed class Expectation(TerminationHistory history) : DurationSource
    {
        public override string StartName => "median";

        public override TimeSpan? Termination(PlannedPod pod) => history.Usual(pod.Pod, GraceOf(pod.Plan));

        public override TimeSpan? Start(IReadOnlyList<TimeSpan> starts) => starts.Count > 0 ? starts[starts.Count / 2] : null;

        public override string DescribeTermination(TimeSpan duration) =>
            $"Earlier drains of this session waited {duration.TotalSeconds:0} s for the slowest of these pods to terminate.";
    }
}
