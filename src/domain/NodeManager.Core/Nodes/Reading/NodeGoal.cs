namespace NodeManager.Core.Nodes.Reading;

/// <summary>The desired state of a node to wait for.</summary>
/// <param name="Text">As users write it.</param>
/// <param name="IsDeletion">True to wait for the deletion.</param>
internal sealed record NodeGoal(string Text, bool IsDeletion, Func<Node, bool> IsMet)
{
    private static readonly string[] ConditionStatuses = ["True", "False", "Unknown"];

    /// <exception cref="NodeManagerException">InvalidCondition.</exception>
    public static NodeGoal Parse(string text)
    {
        if (NodeStates.Parse(text) is { } state)
            return new(state, false, n => n.Is(state));
        if (string.Equals(text, "Deleted", StringComparison.OrdinalIgnoreCase))
            return new("Deleted", true, _ => false);

        if (NodeLifecycleCondition.All.FirstOrDefault(c => string.Equals(c, text, StringComparison.OrdinalIgnoreCase)) is { } lifecycle)
            return new($"{lifecycle}=True", false, n => NodeMapper.ConditionStatus(n, lifecycle) == "True");

        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string type = equals < 0 ? "" : text[..equals].Trim();
        string? status =
            equals < 0
                ? null
                : Array.Find(ConditionStatuses, s => string.Equals(s, text[(equals + 1)..].Trim(), StringComparison.OrdinalIgnoreCase));
        if (type.Length == 0 || status is null)
            throw new NodeManagerException(
                ErrorIds.InvalidCondition,
                ErrorKind.InvalidArgument,
                $"'{text}' is not a state that a node can be waited for.",
                text,
                "Specify Ready, NotReady, Unknown, Cordoned, Deleted, a lifecycle condition such as Drained, or a condition with a status, such as MemoryPressure=False."
            );
        return new($"{type}={status}", false, n => NodeMapper.ConditionStatus(n, type) == status);
    }

    /// <summary>The current state of the node, for the timeout message.</summary>
    public string Describe(Node node)
    {
        if (IsDeletion)
            return "it still exists";
        if (Text == NodeManager.NodeStatus.Cordoned)
            return "it is schedulable";
        int equals = Text.IndexOf('=', StringComparison.Ordinal);
        string type = equals < 0 ? "Ready" : Text[..equals];
        Condition? condition = node.Status.Conditions?.Find(c => string.Equals(c.Type, type, StringComparison.OrdinalIgnoreCase));
        if (condition is null)
            return $"it has no condition {type}";
        string? why = string.IsNullOrEmpty(condition.Message) ? condition.Reason : condition.Message;
        return $"its condition {condition.Type} is {condition.Status}" + (string.IsNullOrEmpty(why) ? "" : $": {why}");
    }
}
