namespace NodeManager.Server.Tour;

internal static class PlanTable
{
    public static IReadOnlyList<string> Header { get; } = ["POD", "OWNER", "DECISION", "FITS ELSEWHERE", "REASON"];

    public static IReadOnlyList<Cell> Row(NodeDrainPlanPod pod) =>
        [
            $"{pod.Namespace}/{pod.Name}",
            pod.Owner,
            Decision(pod),
            pod.Decision == DrainDecision.Evict ? pod.FitsElsewhere : "",
            pod.BlockedByBudget ? string.Join("; ", pod.Budgets) : pod.Reason,
        ];

    private static Cell Decision(NodeDrainPlanPod pod) =>
        pod.Decision switch
        {
            DrainDecision.Evict when pod.BlockedByBudget => new("Evict, blocked", Ink.Yellow),
            DrainDecision.Evict => new(pod.Decision, Ink.Green),
            DrainDecision.Refuse => new(pod.Decision, Ink.Red),
            _ => new(pod.Decision, Ink.Dim),
        };
}
