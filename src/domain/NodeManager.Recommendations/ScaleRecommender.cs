using NodeManager.Core.Configuration;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;

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
            cancellationToken
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
        ScaleSituation situation = new()
        {
            Now = basis.Now,
            Configuration = configuration,
            Nodes = [.. basis.Nodes.Where(static plan => plan.Node is not null).Select(plan => NodeOf(plan, basis, usage))],
            Snapshot = simulator.Snapshot,
            Waiting = basis.Waiting,
            Blocking = plan => Blocking(plan, basis),
            HasUsage = usage.Count > 0,
            Before = history.Find(key),
        };
        NodeScaleRecommendation recommendation = RecommendationRules.Judge(session, situation);
        history.Record(key, recommendation.Action, basis.Now);
        return recommendation;
    }

    private static NodeManagerException Forbidden(NodeManagerSession session, string refusal) =>
        new(
            ErrorIds.Forbidden,
            ErrorKind.PermissionDenied,
            $"Permission denied in cluster '{session.Cluster}': {refusal}",
            session,
            "Ask for the role nodemanager-viewer of deploy/rbac.yaml."
        );

    private static ScaleNode NodeOf(PlannedNode plan, PlanBasis basis, IReadOnlyDictionary<string, NodeUsage> usage) =>
        new()
        {
            Node = plan.Node!,
            Plan = plan,
            Pods = [.. basis.Survey.Pods[plan.Name].Where(static pod => !pod.IsFinished())],
            Usage = usage.GetValueOrDefault(plan.Name),
        };

    // For a drain of the node alone, with places for all of its pods.
    private static IReadOnlyList<PodBudget> Blocking(PlannedNode plan, PlanBasis basis)
    {
        Dictionary<string, (string, string)> fits = plan.Pods.ToDictionary(static p => p.Plan.Uid, static _ => (NodeDrainPodFit.Yes, ""));
        IReadOnlyDictionary<string, PodBudget> shared = BudgetShares.Of([plan], basis.Budgets, fits, new HashSet<string>()).Budgets;
        IEnumerable<PodBudget> lasting = plan
            .Pods.Where(static p => p.Refusal is { IsLasting: true })
            .SelectMany(static p => p.Plan.Budgets);
        IEnumerable<PodBudget> never = plan
            .Pods.Where(static p => p.Plan.Decision == DrainDecision.Evict)
            .SelectMany(static p => p.Plan.Budgets)
            .Select(b => shared.GetValueOrDefault($"{b.Namespace}/{b.Name}", b))
            .Where(static b => b.Outlook == BudgetOutlook.Never);
        return
        [
            .. lasting
                .Select(b => shared.GetValueOrDefault($"{b.Namespace}/{b.Name}", b))
                .Concat(never)
                .DistinctBy(static b => (b.Namespace, b.Name)),
        ];
    }
}
