using NodeManager.Core.Configuration;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Requests;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Recommendations;

/// <summary>Recommends to add or to remove nodes. Changes nothing.</summary>
public static class ScaleRecommender
{
    /// <param name="session">Its configuration has the thresholds and bounds.</param>
    /// <param name="observer">Warned once if usage is unknown.</param>
    /// <exception cref="NodeManagerException">
    /// ConfigurationValueInvalid: thresholds or bounds that exclude each other. InvalidSelector. Forbidden.
    /// </exception>
    public static async Task<NodeScaleRecommendation> RecommendAsync(
        NodeManagerSession session,
        RecommendationRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        NodeInput.CheckSelector(request.Selector);
        NodeManagerConfiguration configuration =
            request.Options.Count == 0 ? session.Configuration : ConfigurationLayers.Change(session.Configuration, request.Options);
        return await ClusterOperation.RunAsync(
            session,
            null,
            (connection, token) => RecommendAsync(session, connection, configuration, request, observer, token),
            cancellationToken
        );
    }

    private static async Task<NodeScaleRecommendation> RecommendAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeManagerConfiguration configuration,
        RecommendationRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        List<Node> nodes = (
            await connection.Client.ListAsync(Resources.Nodes, new() { LabelSelector = request.Selector }, cancellationToken)
        ).Items;
        if (request.Selector is null)
            nodes.RemoveAll(static node => !ScaleThresholds.Covers(node));
        DrainOptions options = new() { DeleteEmptyDirData = request.DeleteEmptyDirData, DeleteUnmanagedPods = request.DeleteUnmanagedPods };
        Task<IReadOnlyDictionary<string, NodeUsage>> measuring = ThresholdUsage.ReadAsync(
            session.Configuration,
            connection,
            nodes,
            observer,
            cancellationToken
        );
        PlanBasis basis = await PlanBasis.ReadAsync(
            connection,
            NodeTarget.Distinct(nodes.Select(static n => new NodeTarget(n.Metadata.Name, n.Metadata.Uid ?? ""))),
            options,
            cancellationToken,
            scores: true
        );
        IReadOnlyDictionary<string, NodeUsage> usage = await measuring;
        if (basis.Simulator is not { } simulator)
            throw Forbidden(session, basis.Refusal);

        RecommendationHistory history = connection.Get<RecommendationHistory>();
        // Other nodes or thresholds have a history of their own.
        string key = string.Join(
            '|',
            request.Selector,
            configuration.ScaleUpThreshold,
            configuration.ScaleDownThreshold,
            configuration.MinNodes,
            configuration.MaxNodes
        );
        ScaleSituation situation = SituationOf(connection, configuration, basis, simulator.Snapshot, usage) with
        {
            Before = history.Find(key),
        };
        NodeScaleRecommendation recommendation = RecommendationRules.Judge(session, situation);
        history.Record(key, recommendation.Action, basis.Now);
        return recommendation;
    }

    private static ScaleSituation SituationOf(
        ClusterConnection connection,
        NodeManagerConfiguration configuration,
        PlanBasis basis,
        ClusterSnapshot snapshot,
        IReadOnlyDictionary<string, NodeUsage> usage
    ) =>
        new()
        {
            Now = basis.Now,
            Configuration = configuration,
            Nodes =
            [
                .. basis
                    .Nodes.Where(plan => plan.Node is not null && snapshot.Node(plan.Name) is not null)
                    .Select(plan => new ScaleNode(RemovalCandidate.Of(snapshot.Node(plan.Name)!), plan)),
            ],
            Snapshot = snapshot,
            Waiting = basis.Waiting,
            Budgets = new(basis.Survey.Budgets ?? [], basis.Survey.Server.BudgetVersion, basis.Survey.Server.Minor),
            Outlooks = basis.Budgets,
            Usage = usage,
            Locks = connection.FindOthers(snapshot.Nodes.Select(static node => node.Node)),
            Allowed = basis.Options,
        };

    private static NodeManagerException Forbidden(NodeManagerSession session, string refusal) =>
        new(
            ErrorIds.Forbidden,
            ErrorKind.PermissionDenied,
            $"Permission denied in cluster '{session.Cluster}': {refusal}",
            session,
            "Ask for the role nodemanager-viewer of deploy/rbac.yaml."
        );
}
