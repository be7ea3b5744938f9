using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// Reads Evictions. A pod may have several, as the server creates another after a failure while a request exists. Pure. Source: the
/// Kubernetes API reference, lifecycle.k8s.io/v1alpha1.
/// </summary>
internal static class EvictionChoice
{
    /// <summary>The reason of an Eviction that ended because all requests were withdrawn.</summary>
    private const string Unwanted = "CanceledDueToNoRequesters";

    /// <summary>The one that counts: that has succeeded, else the oldest one in progress, else the last that failed. Null for none.</summary>
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

    /// <summary>True when the pod has gone (or ended) by it.</summary>
    public static bool IsDone(EvictionProcess process) => process.Status.Conditions.IsTrue("TargetEvicted");

    /// <summary>True when nothing more is to be expected of it.</summary>
    public static bool IsOver(EvictionProcess process) => IsDone(process) || Failure(process) is not null;

    /// <summary>True for one that ended when an earlier request was withdrawn: it says nothing of what becomes of a later one.</summary>
    public static bool IsUnwanted(EvictionProcess process) => Failure(process)?.Reason == Unwanted;

    /// <summary>Why it failed; null when it has not.</summary>
    public static Condition? Failure(EvictionProcess process) =>
        process.Status.Conditions?.Find(static c => c is { Type: "Failed", Status: "True" });

    /// <summary>Why no Eviction is made of a request; null when that is not so.</summary>
    public static Condition? Rejection(EvictionRequest request) =>
        request.Status?.Conditions?.Find(static c => c is { Type: "Failed", Status: "True", Reason: "EvictionInvalid" });

    /// <summary>A condition in words.</summary>
    public static string Words(Condition condition) =>
        string.IsNullOrEmpty(condition.Message) ? condition.Reason ?? condition.Type : condition.Message.TrimEnd('.');

    /// <summary>Who has a hand in it, in the order of their turns.</summary>
    public static IReadOnlyList<NodeDrainResponder> Responders(EvictionProcess process) =>
        [
            .. (process.Status.TargetResponders ?? []).Select(target =>
                Describe(target, process.Status.Responders?.Find(r => r.Name == target.Name))
            ),
        ];

    private static NodeDrainResponder Describe(TargetResponder target, ResponderStatus? said) =>
        new()
        {
            Name = target.Name,
            Priority = target.Priority,
            State = target.State,
            Message = said?.Message ?? "",
            StartedAt = said?.StartTime,
            HeartbeatAt = said?.HeartbeatTime,
            ExpectedAt = said?.ExpectedCompletionTime,
            CompletedAt = said?.CompletionTime,
        };
}
