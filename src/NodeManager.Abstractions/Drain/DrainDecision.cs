namespace NodeManager;

/// <summary>The decision of a drain for a pod. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class DrainDecision
{
    /// <summary>Evict it (or delete it, where evictions are off).</summary>
    public const string Evict = "Evict";

    /// <summary>Leave it alone: mirror, DaemonSet, not selected, finished elsewhere.</summary>
    public const string Skip = "Skip";

    /// <summary>It terminates already: wait for it.</summary>
    public const string Wait = "Wait";

    /// <summary>It blocks the drain: nothing on the node is evicted.</summary>
    public const string Refuse = "Refuse";
}
