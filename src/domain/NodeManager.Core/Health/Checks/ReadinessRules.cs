using System.Globalization;
using NodeManager.Core.Progress;
using NodeManager.Scheduling;

namespace NodeManager.Core.Health.Checks;

/// <summary>Whether the kubelet reports, and reports Ready.</summary>
internal static class ReadinessRules
{
    private const string NotReadyTaint = "node.kubernetes.io/not-ready";
    private const string UnreachableTaint = "node.kubernetes.io/unreachable";

    public static IEnumerable<HealthSignal> Judge(HealthInput input)
    {
        Condition? ready = input.Condition("Ready");
        bool isSilent = IsLeaseStale(input);
        HealthSignal? down =
            isSilent || ready?.Status is not ("True" or "False") ? Unreachable(input, ready, isSilent)
            : ready.Status == "False" ? NotReady(input, ready)
            : null;
        HealthSignal? flapping = FlapRules.Judge(input, down);
        return flapping is not null ? [flapping]
            : down is not null ? [down]
            : [];
    }

    /// <summary>True if the Lease is overdue; false for a node without one.</summary>
    public static bool IsLeaseStale(HealthInput input) =>
        RenewedAt(input) is { } renewed && input.Now - renewed > input.Thresholds.LeaseStaleAfter;

    // The kubelet's own time does not count: its clock may be wrong.
    private static DateTimeOffset? RenewedAt(HealthInput input) =>
        input.Lease is null ? null : input.LeaseSeenRenewedAt ?? input.LeaseWrittenAt;

    private static HealthSignal Unreachable(HealthInput input, Condition? ready, bool isSilent)
    {
        DateTimeOffset? renewed = RenewedAt(input);
        List<NodeEvidence> evidence = [];
        if (ready is not null)
            evidence.Add(input.Evidence(ready));
        if ((renewed ?? input.Lease?.Spec.RenewTime) is { } at)
        {
            string state = isSilent ? "not renewed since" : "renewed at";
            evidence.Add(
                new()
                {
                    Kind = "Lease",
                    Name = "kube-node-lease/" + input.Node.Metadata.Name,
                    Message = $"{state} {Text(at)}",
                    At = at,
                }
            );
        }

        AddEffects(input, evidence);
        string message =
            ready is null ? "The kubelet has never reported whether the node is ready."
            : isSilent && ready.Status == "Unknown" ? "The kubelet stopped reporting: Ready is Unknown and the Lease is not renewed."
            : isSilent ? $"The kubelet stopped reporting: the Lease is not renewed; Ready is still {ready.Status}."
            : "The kubelet stopped reporting: Ready is Unknown.";
        DateTimeOffset? since =
            isSilent ? renewed
            : ready is null ? input.Node.Metadata.CreationTimestamp
            : null;
        if (ready?.Status == "Unknown" && (since is null || ready.LastTransitionTime < since))
            since = ready.LastTransitionTime;
        return new(NodeFindingCause.Unreachable, NodeFindingSeverity.Critical, message, since, evidence);
    }

    private static HealthSignal NotReady(HealthInput input, Condition ready)
    {
        List<NodeEvidence> evidence = [input.Evidence(ready)];
        AddEffects(input, evidence);
        string why = ready.Message is { Length: > 0 } text ? text : ready.Reason ?? "";
        return new(
            NodeFindingCause.NotReady,
            NodeFindingSeverity.Critical,
            why.Length > 0 ? $"The kubelet reports that the node is not ready: {why}" : "The kubelet reports that the node is not ready.",
            ready.LastTransitionTime,
            evidence
        );
    }

    private static void AddEffects(HealthInput input, List<NodeEvidence> evidence)
    {
        foreach (Taint taint in input.Node.Spec.Taints ?? [])
        {
            if (taint.Key is NotReadyTaint or UnreachableTaint)
                evidence.Add(
                    new()
                    {
                        Kind = "Taint",
                        Name = $"{taint.Key}:{taint.Effect}",
                        Message = "set for the Ready condition",
                        At = taint.TimeAdded,
                    }
                );
        }

        List<Pod> failing = [.. input.Pods.Where(static pod => !pod.IsFinished() && pod.Status.Conditions.IsFalse("Ready"))];
        if (failing.Count == 0)
            return;
        evidence.Add(
            new()
            {
                Kind = "Pod",
                Name = failing.Count == 1 ? failing[0].Key() : string.Create(CultureInfo.InvariantCulture, $"{failing.Count:N0} pods"),
                Message =
                    failing.Count == 1
                        ? "not ready"
                        : $"not ready: {NameList.Of(failing.Select(static pod => pod.Key()).Order(StringComparer.Ordinal))}",
                At = failing.Min(static pod => pod.Status.Conditions.Find("Ready")?.LastTransitionTime),
            }
        );
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
