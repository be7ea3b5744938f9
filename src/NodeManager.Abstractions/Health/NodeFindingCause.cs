namespace NodeManager;

/// <summary>The causes of findings. Conditions of a problem detector are causes of their own, by their type.</summary>
public static class NodeFindingCause
{
    /// <summary>The kubelet reports Ready False.</summary>
    public const string NotReady = "NotReady";

    /// <summary>The kubelet no longer reports: Ready is Unknown, or the node's Lease is not renewed.</summary>
    public const string Unreachable = "Unreachable";

    public const string MemoryPressure = "MemoryPressure";
    public const string DiskPressure = "DiskPressure";
    public const string PidPressure = "PIDPressure";
    public const string NetworkUnavailable = "NetworkUnavailable";

    /// <summary>The node's Lease is renewed with times that differ from the API server's.</summary>
    public const string ClockSkew = "ClockSkew";

    /// <summary>The kubelet's version is outside of what the control plane supports.</summary>
    public const string VersionSkew = "VersionSkew";

    /// <summary>Pods of the system restart repeatedly on the node.</summary>
    public const string SystemPodsRestarting = "SystemPodsRestarting";

    /// <summary>The kubelet evicted pods for lack of a resource.</summary>
    public const string Evictions = "Evictions";

    /// <summary>The kubelet cannot free disk space by removing images.</summary>
    public const string ImageGarbageCollection = "ImageGarbageCollection";

    /// <summary>The node has been cordoned for long.</summary>
    public const string CordonedForLong = "CordonedForLong";

    /// <summary>The node's taints keep all pods away, and none is there that tolerates them.</summary>
    public const string RepellingTaints = "RepellingTaints";

    /// <summary>The node runs nearly as many pods as it may.</summary>
    public const string PodLimit = "PodLimit";

    /// <summary>The node changes between Ready and not Ready repeatedly.</summary>
    public const string Flapping = "Flapping";

    public static ItemList<string> All { get; } =
        new([
            NotReady,
            Unreachable,
            MemoryPressure,
            DiskPressure,
            PidPressure,
            NetworkUnavailable,
            ClockSkew,
            VersionSkew,
            SystemPodsRestarting,
            Evictions,
            ImageGarbageCollection,
            CordonedForLong,
            RepellingTaints,
            PodLimit,
            Flapping,
        ]);
}
