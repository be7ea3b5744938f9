namespace NodeManager.Core.Drain;

public static class DrainPlanner
{
    /// <summary>What a drain of these nodes would do, all of them going at once. Touches nothing.</summary>
    public static Task<IReadOnlyList<NodeDrainPlan>> PlanAsync(
        NodeManagerSession session, IReadOnlyList<string> nodeNames, DrainOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
