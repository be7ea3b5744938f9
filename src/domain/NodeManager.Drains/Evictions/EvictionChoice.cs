namespace NodeManager.Drains.Evictions;

/// <summary>
/// Reads Evictions. A pod may have several: the server creates another after a failure while a request exists. Source: the Kubernetes API
/// reference, lifecycle.k8s.io/v1alpha1.
/// </summary>
internal static class EvictionChoice
{
    /// <summary>The reason of an Eviction that ended because all requests were withdrawn.</summary>
    private const string Withdrawn = "CanceledDueToNoRequesters";

    /// <summary>The Eviction that counts: a successful one, else the oldest in progress, else the last failed one. Null for none.</summary>
    public static EvictionProcess? Of(IEnumerable<EvictionProcess> processes) =>
        processes
            .OrderBy(static p =>
                IsDone(p) ? 0
                : Failure(p) is null ? 1
                : 2
            )
            .ThenBy(static p => Failure(p) is null ? p.Metadata.CreationTimestamp : DateTimeOffset.MaxValue)
            .ThenByDescending(static p => Failure(p)?.LastTransitionTime)
            .FirstOrDefault();

    public static bool IsDone(EvictionProcess process) => process.Status.Conditions.IsTrue("TargetEvicted");

    public static bool IsOver(EvictionProcess process) => IsDone(process) || Failure(process) is not null;

    /// <summary>True if it ended because an earlier request was withdrawn, which does not affect a later request.</summary>
    public static bool IsWithdrawn(EvictionProcess process) => Failure(process)?.Reason == Withdrawn;

    public static Condition? Failure(EvictionProcess process) =>
        process.Status.Conditions?.Find(static c => c is { Type: "Failed", Status: "True" });

    public static Condition? Rejection(EvictionRequest request) =>
        request.Status?.Conditions?.Find(static c => c is { Type: "Failed", Status: "True", Reason: "EvictionInvalid" });

    public static string TextOf(Condition condition) =>
        string.IsNullOrEmpty(condition.Message) ? condition.Reason ?? condition.Type : condition.Message.TrimEnd('.');

    /// <summary>The responders in the order of their turns.</summary>
    public static IReadOnlyList<NodeDrainResponder> Responders(EvictionProcess process) =>
        [
            .. (process.Status.TargetResponders ?? []).Select(target =>
                Describe(target, process.Status.Responders?.Find(r => r.Name == target.Name))
            ),
        ];

    private static NodeDrainResponder Describe(TargetResponder target, ResponderStatus? status) =>
        new()
        {
            Name = target.Name,
            Priority = target.Priority,
            State = target.State,
            Message = status?.Message ?? "",
            StartedAt = status?.StartTime,
            HeartbeatAt = status?.HeartbeatTime,
            ExpectedAt = status?.ExpectedCompletionTime,
            CompletedAt = status?.CompletionTime,
        };
}
