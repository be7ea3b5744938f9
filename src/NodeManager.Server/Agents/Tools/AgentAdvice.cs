using System.Collections.Frozen;

namespace NodeManager.Server.Agents.Tools;

/// <summary>Advice for agents. The domain's own actions name cmdlets, which agents do not have.</summary>
internal static class AgentAdvice
{
    private static readonly FrozenDictionary<string, string> Advice = new Dictionary<string, string>
    {
        [ErrorIds.NodeNotFound] = "Call list_nodes for the names of the nodes.",
        [ErrorIds.NodeReplaced] = "Call get_node, and request a new plan if the change still applies.",
        [ErrorIds.NodeInMaintenance] =
            "Wait until the maintenance has ended (list_maintenances), and request a new plan; or ask your user to stop the maintenance.",
        [ErrorIds.InvalidNodeName] = "Call list_nodes for the names of the nodes.",
        [ErrorIds.InvalidSelector] = "Correct 'selector'; it has the syntax of kubectl's -l.",
        [ErrorIds.InvalidLabelKey] = "Correct the keys, and call request_change again.",
        [ErrorIds.InvalidLabelValue] = "Correct the values, and call request_change again.",
        [ErrorIds.InvalidTaint] = "Correct the taints, and call request_change again.",
        [ErrorIds.TaintOwnedByController] = "Choose another taint; a controller manages this one.",
        [ErrorIds.Conflict] = "Call request_change again.",
        [ErrorIds.ServerUnreachable] = "Try again later, and inform your user.",
        ["OperationNotFound"] = "Use the operation's id that apply_plan or get_plan answers.",
        [ErrorIds.NodePoolNotFound] = "Call list_pools for the names of the pools.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // These have actions for agents.
    private static readonly FrozenSet<string> Own = new[]
    {
        ErrorIds.AgentChangeInvalid,
        ErrorIds.AgentPlanNotFound,
        ErrorIds.AgentPlanNotApproved,
        ErrorIds.AgentPlanNotPending,
        ErrorIds.AgentPlanOutdated,
        ErrorIds.AgentPlanSelfApproval,
        ErrorIds.Forbidden,
        "TooManyPlans",
        "TooManyRequests",
        "InvalidArguments",
        "InvalidLimit",
        "InvalidCursor",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Null: nothing that an agent could do.</summary>
    public static string? For(NodeManagerException failure) =>
        Advice.TryGetValue(failure.ErrorId, out string? advice) ? advice
        : Own.Contains(failure.ErrorId) ? failure.RecommendedAction
        : null;
}
