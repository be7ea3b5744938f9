namespace NodeManager;

/// <summary>The kinds of faults of the embedded cluster.</summary>
public static class SandboxFaultKind
{
    /// <summary>The machine is off and does not respond. When the fault ends, it has rebooted.</summary>
    public const string NodeDown = nameof(NodeDown);

    /// <summary>
    /// The kubelet does not run, and its containers continue to serve. When the fault ends, the kubelet starts and terminates deleted pods with
    /// their full grace period.
    /// </summary>
    public const string KubeletDown = nameof(KubeletDown);

    /// <summary>
    /// The kubelet hangs, and its containers continue to serve. When the fault ends, it continues where it was, and its node is not ready for ten
    /// more seconds.
    /// </summary>
    public const string KubeletPaused = nameof(KubeletPaused);

    /// <summary>The kubelet is not ready for one half of each period and ready for the other.</summary>
    public const string NodeFlapping = nameof(NodeFlapping);

    /// <summary>Its kubelet is slow to start and to end pods.</summary>
    public const string NodeSlow = nameof(NodeSlow);

    /// <summary>It is short of memory; its kubelet evicts pods that use more than they requested.</summary>
    public const string MemoryPressure = nameof(MemoryPressure);

    /// <summary>It is short of disk; its kubelet evicts pods with local data.</summary>
    public const string DiskPressure = nameof(DiskPressure);

    /// <summary>It is short of process ids.</summary>
    public const string PIDPressure = nameof(PIDPressure);

    /// <summary>Its network is not configured: a network plugin reports it in the condition.</summary>
    public const string NetworkUnavailable = nameof(NetworkUnavailable);

    /// <summary>Its clock is wrong: all times that its kubelet writes are.</summary>
    public const string ClockSkew = nameof(ClockSkew);

    /// <summary>Its kubelet cannot free disk space by removing images.</summary>
    public const string ImageGarbageCollection = nameof(ImageGarbageCollection);

    /// <summary>A problem detector reports a condition.</summary>
    public const string NodeProblem = nameof(NodeProblem);

    /// <summary>Pods that are not ready do not get ready; those that are stay so.</summary>
    public const string PodNeverReady = nameof(PodNeverReady);

    /// <summary>Pods fail their readiness probes, those that were ready as well.</summary>
    public const string PodUnready = nameof(PodUnready);

    /// <summary>Pods that are deleted do not end.</summary>
    public const string PodNeverEnds = nameof(PodNeverEnds);

    /// <summary>Requests are answered 429 with Retry-After.</summary>
    public const string ApiThrottled = nameof(ApiThrottled);

    /// <summary>Requests are answered 500.</summary>
    public const string ApiError = nameof(ApiError);

    /// <summary>Requests are answered late.</summary>
    public const string ApiSlow = nameof(ApiSlow);

    /// <summary>Changes are answered 409, as if another client had been faster.</summary>
    public const string ApiConflict = nameof(ApiConflict);

    /// <summary>Watches are cut, once at the start and then once each period.</summary>
    public const string WatchCut = nameof(WatchCut);

    /// <summary>The next pages of lists are answered 410.</summary>
    public const string ContinueExpired = nameof(ContinueExpired);

    /// <summary>metrics.k8s.io is answered 503.</summary>
    public const string MetricsUnavailable = nameof(MetricsUnavailable);

    /// <summary>All of them: nodes', pods', the API's.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        NodeDown,
        KubeletDown,
        KubeletPaused,
        NodeFlapping,
        NodeSlow,
        MemoryPressure,
        DiskPressure,
        PIDPressure,
        NetworkUnavailable,
        ClockSkew,
        ImageGarbageCollection,
        NodeProblem,
        PodNeverReady,
        PodUnready,
        PodNeverEnds,
        ApiThrottled,
        ApiError,
        ApiSlow,
        ApiConflict,
        WatchCut,
        ContinueExpired,
        MetricsUnavailable,
    ];
}
