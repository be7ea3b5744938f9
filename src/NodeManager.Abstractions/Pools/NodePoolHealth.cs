namespace NodeManager;

/// <summary>The values of <see cref="NodePoolStatus.Health"/>. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodePoolHealth
{
    /// <summary>Every controller reports Ready, and none reports Degraded or Failed.</summary>
    public const string Healthy = "Healthy";

    /// <summary>A controller is not ready or reports Degraded, and there are nodes that work.</summary>
    public const string Degraded = "Degraded";

    /// <summary>A controller reports Failed, or that none of the desired nodes is active.</summary>
    public const string Unhealthy = "Unhealthy";

    /// <summary>No controller has reported, or one reported Unknown.</summary>
    public const string Unknown = "Unknown";

    public static ItemList<string> All { get; } = new([Healthy, Degraded, Unhealthy, Unknown]);

    /// <summary>
    /// The worst that a controller reports, whatever the generation that it has observed: health is about the nodes that there are.
    /// </summary>
    public static string Of(IReadOnlyCollection<NodePoolControllerStatus> controllers)
    {
        if (controllers.Any(static one => one.StatusOf(NodePoolCondition.Failed) == "True" || one is { ActiveNodes: 0, DesiredNodes: > 0 }))
            return Unhealthy;
        if (
            controllers.Any(static one =>
                one.StatusOf(NodePoolCondition.Degraded) == "True" || one.StatusOf(NodePoolCondition.Ready) == "False"
            )
        )
            return Degraded;
        return controllers.Count > 0 && controllers.All(static one => one.StatusOf(NodePoolCondition.Ready) == "True") ? Healthy : Unknown;
    }

    internal static bool IsBad(NodeCondition condition) =>
        condition is { Type: NodePoolCondition.Failed or NodePoolCondition.Degraded, Status: "True" };
}
