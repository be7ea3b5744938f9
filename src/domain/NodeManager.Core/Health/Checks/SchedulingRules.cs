using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Progress;
using NodeManager.Scheduling;

namespace NodeManager.Core.Health.Checks;

/// <summary>Reasons that keep new pods from a node that could run them.</summary>
internal static class SchedulingRules
{
    private const string Uninitialized = "node.cloudprovider.kubernetes.io/uninitialized";

    public static IEnumerable<HealthSignal> Judge(HealthInput input) => [.. Cordon(input), .. Taints(input)];

    private static IEnumerable<HealthSignal> Cordon(HealthInput input)
    {
        if (input.Node.Spec.Unschedulable != true)
            yield break;
        NodeEvidence evidence = CordonOf(input.Node);
        if (input.Now - evidence.At < input.Thresholds.CordonedAfter)
            yield break;
        yield return new(
            NodeFindingCause.CordonedForLong,
            evidence.At is null ? NodeFindingSeverity.Information : NodeFindingSeverity.Warning,
            evidence.At is null ? "The node is cordoned. The start of the cordon is unknown." : "The node has been cordoned for long.",
            evidence.At,
            [evidence]
        );
    }

    private static NodeEvidence CordonOf(Node node)
    {
        if (
            MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key)) is
            { IsBegun: true, WasCordoned: false } claim
        )
            return new()
            {
                Kind = "Node",
                Name = MaintenanceClaim.Key,
                Message = $"cordoned by the maintenance run {claim.Run}",
                At = claim.At,
            };
        if (DrainAnnotation.Read(node) is { } drain)
            return new()
            {
                Kind = "Node",
                Name = DrainAnnotation.Key,
                Message = $"cordoned by {drain.By}{(drain.Reason.Length > 0 ? $": {drain.Reason}" : "")}",
                At = drain.At,
            };
        Taint? taint = node.Spec.Taints?.Find(static one => one.Key == Tolerations.Unschedulable.Key);
        return taint is null
            ? new()
            {
                Kind = "Node",
                Name = node.Metadata.Name,
                Message = "spec.unschedulable is true",
            }
            : new()
            {
                Kind = "Taint",
                Name = $"{taint.Key}:{taint.Effect}",
                Message = "set for the cordon",
                At = taint.TimeAdded,
            };
    }

    // A controller's taints follow conditions, which are findings of their own. Control-plane nodes repel pods by design.
    private static IEnumerable<HealthSignal> Taints(HealthInput input)
    {
        Taint[] repelling =
        [
            .. (input.Node.Spec.Taints ?? []).Where(static taint =>
                taint.Effect is "NoSchedule" or "NoExecute"
                && !NodeInput.IsControllerTaint(taint.Key)
                && taint.Key is not (WellKnownLabels.RolePrefix + "control-plane" or WellKnownLabels.RolePrefix + "master")
            ),
        ];
        if (repelling.Length == 0 || input.Pods.Any(pod => IsWork(pod) && repelling.All(taint => pod.Tolerates(taint))))
            yield break;
        yield return new(
            NodeFindingCause.RepellingTaints,
            repelling.Any(static taint => taint.Key == Uninitialized) ? NodeFindingSeverity.Warning : NodeFindingSeverity.Information,
            $"No pod on the node tolerates its taints: {NameList.Of(repelling.Select(Text))}.",
            repelling.Min(static taint => taint.TimeAdded),
            [
                .. repelling.Select(static taint => new NodeEvidence
                {
                    Kind = "Taint",
                    Name = $"{taint.Key}:{taint.Effect}",
                    Message = Text(taint),
                    At = taint.TimeAdded,
                }),
            ]
        );
    }

    private static bool IsWork(Pod pod) => !pod.IsFinished() && !pod.IsMirror() && pod.Controller()?.Kind != "DaemonSet";

    private static string Text(Taint taint) =>
        taint.Value is { Length: > 0 } value ? $"{taint.Key}={value}:{taint.Effect}" : $"{taint.Key}:{taint.Effect}";
}
