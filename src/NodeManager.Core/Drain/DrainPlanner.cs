using NodeManager.Core.Drain.Planning;
using NodeManager.Core.Errors;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;

namespace NodeManager.Core.Drain;

/// <summary>Says what a drain would do. Also what <c>-WhatIf</c> shows.</summary>
public static class DrainPlanner
{
    /// <summary>
    /// What a drain of these nodes would do, all of them going at once, in the order of the names. Touches nothing. Whether a budget blocks
    /// is judged for each pod alone, as things are now.
    /// </summary>
    /// <exception cref="NodeManagerException">NodeNotFound for a name without a node; what the server refused.</exception>
    public static Task<IReadOnlyList<NodeDrainPlan>> PlanAsync(
        NodeManagerSession session, IReadOnlyList<string> nodeNames, DrainOptions options, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(session, null, (connection, token) => PlanAsync(session, connection, nodeNames, options, token), cancellationToken);

    private static async Task<IReadOnlyList<NodeDrainPlan>> PlanAsync(
        NodeManagerSession session, ClusterConnection connection, IReadOnlyList<string> nodeNames, DrainOptions options, CancellationToken cancellationToken)
    {
        DrainSurveyor surveyor = new(connection.Client, options);
        DrainSurvey survey = await surveyor.ReadAsync([.. nodeNames.Distinct(StringComparer.Ordinal)], cancellationToken);
        if (survey.Nodes.FirstOrDefault(n => n.Node is null) is { Name: { } missing }) throw ErrorTranslator.NodeNotFound(missing, session.Cluster);

        DateTimeOffset now = connection.Time.GetUtcNow();
        IReadOnlyList<PlannedNode> plans = await NodePlanner.PlanAsync(surveyor, survey, options, now, cancellationToken);
        IReadOnlyDictionary<string, (string Fits, string Reason)> fits =
            await new FitEstimator(connection.Client).EstimateAsync(plans, survey.Server, cancellationToken);
        return [.. plans.Select(p => Describe(session, p, fits, now))];
    }

    private static NodeDrainPlan Describe(
        NodeManagerSession session, PlannedNode plan, IReadOnlyDictionary<string, (string Fits, string Reason)> fits, DateTimeOffset now) => new()
        {
            Session = session,
            Cluster = session.Cluster,
            Node = plan.Name,
            NodeUid = plan.Node?.Metadata.Uid ?? "",
            CanDrain = plan.Blockers.Count == 0,
            Pods = new([.. plan.Pods.Select(p => fits.TryGetValue(p.Plan.Uid, out var fit) ? p.Plan.WithFit(fit.Fits, fit.Reason) : p.Plan)]),
            Blockers = new([.. plan.Blockers.Select(b => b.Kind == "Pod" ? $"Pod {b.Name}: {b.Message}" : b.Message)]),
            Warnings = new([.. plan.Warnings]),
            ObservedAt = now,
        };
}
