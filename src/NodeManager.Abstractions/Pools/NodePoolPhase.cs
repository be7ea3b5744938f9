namespace NodeManager;

/// <summary>The values of <see cref="NodePoolStatus.Phase"/>. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodePoolPhase
{
    /// <summary>No controller has reported.</summary>
    public const string Pending = "Pending";

    /// <summary>A controller has not observed the newest generation, or is not ready.</summary>
    public const string Progressing = "Progressing";

    /// <summary>Every controller has observed the newest generation and reports Ready.</summary>
    public const string Ready = "Ready";

    /// <summary>A controller that has observed the newest generation reports Failed.</summary>
    public const string Failed = "Failed";

    public static ItemList<string> All { get; } = new([Pending, Progressing, Ready, Failed]);

    /// <summary>The phase of a pool of this generation. Reports about older generations count as progress only.</summary>
    public static string Of(long generation, IReadOnlyCollection<NodePoolControllerStatus> controllers)
    {
        if (controllers.Count == 0)
            return Pending;
        if (controllers.Any(one => one.ObservedGeneration >= generation && one.StatusOf(NodePoolCondition.Failed) == "True"))
            return Failed;
        return controllers.All(one => one.ObservedGeneration >= generation && one.StatusOf(NodePoolCondition.Ready) == "True")
            ? Ready
            : Progressing;
    }
}
