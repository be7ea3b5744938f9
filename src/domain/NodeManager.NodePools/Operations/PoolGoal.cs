namespace NodeManager.NodePools.Operations;

/// <summary>The desired state of a pool to wait for.</summary>
internal sealed class PoolGoal
{
    private const string Deleted = "Deleted";

    private readonly Func<NodePoolStatus, bool> _isMet;

    private PoolGoal(string text, Func<NodePoolStatus, bool> isMet)
    {
        Text = text;
        _isMet = isMet;
    }

    public string Text { get; }

    public bool IsDeletion => Text == Deleted;

    /// <exception cref="NodeManagerException">InvalidCondition.</exception>
    public static PoolGoal Parse(string text)
    {
        if (Same(text, Deleted))
            return new(Deleted, static _ => false);
        if (NodePoolPhase.All.FirstOrDefault(one => Same(one, text)) is { } phase)
            return new(phase, status => status.Phase == phase);
        if (NodePoolHealth.All.FirstOrDefault(one => Same(one, text)) is { } health)
            return new(health, status => status.Health == health && status.ObservedGeneration >= status.Generation);
        if (
            text.Split('=') is [{ Length: > 0 } type, { Length: > 0 } value]
            && NodeConditionStatus.FirstOrDefault(one => Same(one, value)) is { } wanted
        )
            return new($"{type}={wanted}", status => Holds(status, type, wanted));
        throw new NodeManagerException(
            ErrorIds.InvalidCondition,
            ErrorKind.InvalidArgument,
            $"'{text}' is not a state that a node pool can be waited for.",
            text,
            $"Use {string.Join(", ", NodePoolPhase.All.Concat(NodePoolHealth.All))}, {Deleted}, or TYPE=STATUS such as Ready=True."
        );
    }

    public bool IsMet(NodePoolStatus status) => _isMet(status);

    /// <summary>True if further waiting does not help without a user's action.</summary>
    public bool IsHopeless(NodePoolStatus status) =>
        Text is NodePoolPhase.Ready or NodePoolHealth.Healthy && status.Phase == NodePoolPhase.Failed;

    private static string[] NodeConditionStatus => ["True", "False", "Unknown"];

    // Every controller that reports the condition must agree; reports about an older generation do not count.
    private static bool Holds(NodePoolStatus status, string type, string wanted)
    {
        var reported = status
            .Controllers.SelectMany(one =>
                one.Conditions.Where(condition => Same(condition.Type, type))
                    .Select(condition => (one.ObservedGeneration, condition.Status))
            )
            .ToList();
        return reported.Count > 0 && reported.All(one => one.ObservedGeneration >= status.Generation && one.Status == wanted);
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
