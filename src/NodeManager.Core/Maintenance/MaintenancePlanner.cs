using NodeManager.Core.Drain;
using NodeManager.Core.Errors;
using NodeManager.Core.Maintenance.Planning;
using NodeManager.Core.Maintenance.Rules;
using NodeManager.Core.Maintenance.Running;
using NodeManager.Core.Maintenance.State;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Maintenance;

/// <summary>Says what a maintenance would do. Also what <c>-WhatIf</c> shows.</summary>
public static class MaintenancePlanner
{
    private const string Activity = "Planning the maintenance";

    // Each reads the pods of its nodes, and where they could go.
    private const int PlansAtOnce = 4;

    /// <summary>The batches in which the nodes would go, as things are now, and what each drain would meet. Touches nothing.</summary>
    /// <exception cref="NodeManagerException">NodeNotFound, NodeReplaced, MaintenanceNotFound, InvalidMaxUnavailable; what the server refused.</exception>
    public static Task<IReadOnlyList<NodeMaintenancePlan>> PlanAsync(
        NodeManagerSession session, MaintenanceRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(session, null, (connection, token) => PlanAsync(session, connection, request, observer, token), cancellationToken);

    private static async Task<IReadOnlyList<NodeMaintenancePlan>> PlanAsync(
        NodeManagerSession session, ClusterConnection connection, MaintenanceRequest request, IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        MaintenanceOptions options = request.Options;
        IReadOnlyList<NodeTarget> targets = NodeTarget.Distinct(request.Nodes);
        HashSet<string>? open = null;
        if (request.ResumeId is { } id)
        {
            StoredRun stored = await RunDirectory.FindAsync(connection, id, request.Namespace, session.Cluster, cancellationToken);
            options = OptionText.Overlay(stored.Run.Options, options);
            open = [.. stored.Nodes.Where(n => n.IsOpen || n.Status == NodeMaintenanceStatus.Failed).Select(n => n.Uid)];
            targets = [.. stored.Nodes.Where(n => open.Contains(n.Uid)).Select(n => new NodeTarget(n.Name, n.Uid))];
        }

        UnavailabilityLimit limit = UnavailabilityLimit.Parse(options.MaxUnavailable);
        Dictionary<string, Node> byName =
            (await connection.Client.ListAsync(Resources.Nodes, new(), cancellationToken)).Items.ToDictionary(n => n.Metadata.Name);
        List<Node> nodes = [];
        foreach (NodeTarget target in targets)
        {
            Node? node = byName.GetValueOrDefault(target.Name);
            if (node is not null && target.Matches(node.Metadata.Uid)) nodes.Add(node);
            else if (open is null) throw ErrorTranslator.NodeMissing(target.Name, target.Uid, node?.Metadata.Uid, session.Cluster);
        }

        List<Node> leftOut = [.. nodes.Where(n => FleetBoard.IsControlPlane(n) && !options.IncludeControlPlane)];
        List<MaintenanceCandidate> candidates = [.. nodes.Except(leftOut).Select(n => Candidate(n, options))];
        FleetSurvey? survey = await FleetSurvey.ReadAsync(session, connection, [.. candidates.Select(c => c.Name)], options.Drain, cancellationToken);
        IReadOnlyList<IReadOnlyList<MaintenanceCandidate>> batches = BatchRules.All(candidates, limit.Of(candidates.Count), survey?.Room);
        IReadOnlyList<NodeDrainPlan>[] drains = new IReadOnlyList<NodeDrainPlan>[batches.Count];
        int planned = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, batches.Count), new ParallelOptions { MaxDegreeOfParallelism = PlansAtOnce, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                drains[i] = await DrainPlanner.PlanAsync(session, [.. batches[i].Select(c => new NodeTarget(c.Name, c.Uid))], options.Drain, token);
                int done = Interlocked.Increment(ref planned);
                observer.Progress(new(Activity, Activity, $"{done} of {batches.Count} batches planned", 100 * done / batches.Count, done == batches.Count));
            });
        List<NodeMaintenancePlan> plans = [];
        for (int i = 0; i < batches.Count; i++)
        {
            Dictionary<string, NodeDrainPlan> byNode = drains[i].ToDictionary(d => d.Node);
            plans.AddRange(batches[i].Select(c => Describe(session, i + 1, byName[c.Name], c.Group, byNode.GetValueOrDefault(c.Name), survey, NoteOf(byName[c.Name]))));
        }

        plans.AddRange(leftOut.Select(n => Describe(session, 0, n, GroupOf(n, options), null, null, "left out: a control-plane node")));
        return plans;
    }

    private static MaintenanceCandidate Candidate(Node node, MaintenanceOptions options) => new(
        node.Metadata.Uid ?? "", node.Metadata.Name, GroupOf(node, options), FleetBoard.IsControlPlane(node), true, FleetBoard.IsReady(node),
        NodeClaim.StaysCordoned(node)) { WasUnavailable = NodeClaim.StaysCordoned(node) || !FleetBoard.IsReady(node) };

    private static string GroupOf(Node node, MaintenanceOptions options) =>
        options.SpreadBy.Length > 0 ? node.Metadata.Labels?.GetValueOrDefault(options.SpreadBy) ?? "" : "";

    private static string NoteOf(Node node)
    {
        List<string> notes = [];
        NodeClaim? claim = NodeClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(NodeClaim.Key));
        if (claim is not null) notes.Add($"belongs to run {claim.Run} of {claim.Holder}");
        if (NodeClaim.StaysCordoned(node)) notes.Add("is cordoned, and stays so");
        if (!FleetBoard.IsReady(node)) notes.Add("is not Ready");
        return string.Join("; ", notes);
    }

    private static NodeMaintenancePlan Describe(
        NodeManagerSession session, int batch, Node node, string group, NodeDrainPlan? drain, FleetSurvey? survey, string note)
    {
        NodeForecast? forecast = survey is null ? null : NodeForecast.Of(survey, node.Metadata.Name);
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Batch = batch,
            Node = node.Metadata.Name,
            NodeUid = node.Metadata.Uid ?? "",
            Group = group,
            Drain = drain,
            Obstacles = new([.. forecast?.Obstacles ?? []]),
            Stranded = new([.. forecast?.Stranded ?? []]),
            Note = note,
        };
    }
}
