using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Execution;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Planning;
using NodeManager.Maintenance.Records;
using NodeManager.Scheduling;

namespace NodeManager.Maintenance;

/// <summary>Plans a maintenance; also serves <c>-WhatIf</c>.</summary>
public static class MaintenancePlanner
{
    private const string Activity = "Planning the maintenance";

    /// <summary>The current batches of the nodes, with the plan of each drain. Changes nothing.</summary>
    /// <exception cref="NodeManagerException">
    /// NodeNotFound, NodeReplaced, MaintenanceNotFound, InvalidMaxUnavailable; or the server's refusal.
    /// </exception>
    public static Task<IReadOnlyList<NodeMaintenancePlan>> PlanAsync(
        NodeManagerSession session,
        MaintenanceRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            null,
            (connection, token) => PlanAsync(session, connection, request, observer, true, token),
            cancellationToken
        );

    /// <summary>The batches alone, without excluded nodes and drain plans, for confirmations.</summary>
    /// <inheritdoc cref="PlanAsync(NodeManagerSession, MaintenanceRequest, IOperationObserver, CancellationToken)"/>
    public static Task<IReadOnlyList<NodeMaintenancePlan>> PlanBatchesAsync(
        NodeManagerSession session,
        MaintenanceRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            null,
            (connection, token) => PlanAsync(session, connection, request, observer, false, token),
            cancellationToken
        );

    private static async Task<IReadOnlyList<NodeMaintenancePlan>> PlanAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        MaintenanceRequest request,
        IOperationObserver observer,
        bool withDrains,
        CancellationToken cancellationToken
    )
    {
        (MaintenanceOptions options, IReadOnlyList<NodeTarget> targets) = request.ResumeId is { } id
            ? await ReadRunAsync(session, connection, request, id, observer, cancellationToken)
            : (request.Options, NodeTarget.Distinct(request.Nodes));
        UnavailabilityLimit limit = UnavailabilityLimit.Parse(options.MaxUnavailable);
        Dictionary<string, Node> byName = (await connection.Client.ListAsync(Resources.Nodes, new(), cancellationToken)).Items.ToDictionary(
            n => n.Metadata.Name
        );
        List<Node> nodes = Resolve(targets, byName, request.ResumeId is not null, session.Cluster);
        if (options.TopologyKey.Length > 0)
            TopologyGroup.Check(nodes, options.TopologyKey, observer);
        DateTimeOffset? opens = NextOpening(options, connection.Time);
        List<Node> leftOut = [.. nodes.Where(n => n.IsControlPlane() && !options.IncludeControlPlane)];
        List<MaintenanceCandidate> candidates = [.. nodes.Except(leftOut).Select(n => Candidate(n, options))];
        FleetSurvey survey = await FleetSurvey.ReadAsync(
            session,
            connection,
            [.. candidates.Select(c => new NodeTarget(c.Name, c.Uid))],
            options.Drain with
            {
                IsOfSeveral = candidates.Count > 1,
            },
            cancellationToken
        );
        if (survey.Basis.Survey.Nodes.FirstOrDefault(n => n.Node is null) is { Name: { } missing })
            throw survey.Basis.Survey.MissingNodeError(missing, session.Cluster);
        IReadOnlyList<IReadOnlyList<MaintenanceCandidate>> batches = BatchRules.All(candidates, limit.Of(candidates.Count), survey.Room);
        List<NodeMaintenancePlan> plans = PlanBatches(
            session,
            survey,
            batches,
            byName,
            opens,
            withDrains ? observer : null,
            cancellationToken
        );
        if (withDrains)
            plans.AddRange(
                leftOut.Select(n => Describe(session, 0, n, GroupOf(n, options), null, null, null, "excluded: control-plane node"))
            );
        return plans;
    }

    private static async Task<(MaintenanceOptions Options, IReadOnlyList<NodeTarget> Targets)> ReadRunAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        MaintenanceRequest request,
        string id,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        StoredRun stored = await RunDirectory.FindAsync(connection, id, request.Namespace, session.Cluster, cancellationToken);
        if (stored.State.Status == NodeMaintenanceRunStatus.Completed)
            observer.Warning($"Maintenance run {id} is already complete.");
        else
            RunOpener.CheckWork(stored.Run, request, observer);
        MaintenanceOptions options = OptionText.Overlay(stored.Run.Options, request);
        // As the resumed run does, which takes the control-plane nodes that were excluded.
        IEnumerable<NodeRecord> open = stored.Nodes.Where(n =>
            n.IsOpen || n.Status == NodeMaintenanceStatus.Failed || n.Status == NodeMaintenanceStatus.Skipped && options.IncludeControlPlane
        );
        return (options, [.. open.Select(n => new NodeTarget(n.Name, n.Uid))]);
    }

    // Missing nodes are an error unless the run is resumed.
    private static List<Node> Resolve(IEnumerable<NodeTarget> targets, Dictionary<string, Node> byName, bool isResumed, string cluster)
    {
        List<Node> nodes = [];
        foreach (NodeTarget target in targets)
        {
            Node? node = byName.GetValueOrDefault(target.Name);
            if (node is not null && target.Matches(node.Metadata.Uid))
                nodes.Add(node);
            else if (!isResumed)
                throw ErrorTranslator.NodeMissing(target.Name, target.Uid, node?.Metadata.Uid, cluster);
        }

        return nodes;
    }

    private static DateTimeOffset? NextOpening(MaintenanceOptions options, TimeProvider time)
    {
        List<MaintenanceWindow> windows = [.. options.Windows.Select(w => WindowParser.Parse(w, time.LocalTimeZone))];
        DateTimeOffset now = time.GetUtcNow();
        return windows.Count == 0 || windows.Exists(w => w.IsOpen(now))
            ? null
            : windows.Select(w => TimeZoneInfo.ConvertTime(w.NextOpening(now), w.Zone)).Min();
    }

    // With an observer, including the plans of the drains.
    private static List<NodeMaintenancePlan> PlanBatches(
        NodeManagerSession session,
        FleetSurvey survey,
        IReadOnlyList<IReadOnlyList<MaintenanceCandidate>> batches,
        Dictionary<string, Node> byName,
        DateTimeOffset? opens,
        IOperationObserver? observer,
        CancellationToken cancellationToken
    )
    {
        List<NodeMaintenancePlan> plans = [];
        for (int i = 0; i < batches.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Dictionary<string, NodeDrainPlan> drains = observer is not null
                ? DrainPlanner.Plan(session, survey.Basis, [.. batches[i].Select(c => survey.Find(c.Name)!)]).ToDictionary(d => d.Node)
                : [];
            plans.AddRange(
                batches[i]
                    .Select(c =>
                        Describe(
                            session,
                            i + 1,
                            byName[c.Name],
                            c.Group,
                            drains.GetValueOrDefault(c.Name),
                            survey,
                            opens,
                            RemarkOf(byName[c.Name])
                        )
                    )
            );
            observer?.Progress(
                new(
                    Activity,
                    Activity,
                    $"{i + 1} of {batches.Count} batches planned",
                    100 * (i + 1) / batches.Count,
                    i + 1 == batches.Count
                )
            );
        }

        return plans;
    }

    private static MaintenanceCandidate Candidate(Node node, MaintenanceOptions options) =>
        new(
            node.Metadata.Uid ?? "",
            node.Metadata.Name,
            GroupOf(node, options),
            node.IsControlPlane(),
            true,
            node.IsReady(),
            MaintenanceClaim.StaysCordoned(node)
        )
        {
            WasUnavailable = MaintenanceClaim.StaysCordoned(node) || !node.IsReady(),
        };

    private static string GroupOf(Node node, MaintenanceOptions options) => TopologyGroup.GroupOf(node, options.TopologyKey) ?? "";

    private static string RemarkOf(Node node)
    {
        List<string> notes = [];
        MaintenanceClaim? claim = MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key));
        if (claim is not null)
            notes.Add($"belongs to run {claim.Run} of {claim.Holder}");
        if (MaintenanceClaim.StaysCordoned(node))
            notes.Add("is cordoned and stays cordoned");
        if (!node.IsReady())
            notes.Add("is not Ready");
        return string.Join("; ", notes);
    }

    private static NodeMaintenancePlan Describe(
        NodeManagerSession session,
        int batch,
        Node node,
        string group,
        NodeDrainPlan? drain,
        FleetSurvey? survey,
        DateTimeOffset? opens,
        string note
    )
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
            NotBefore = opens,
            Note = string.Join(
                "; ",
                ((string[])[note, opens is { } at ? $"not before {at:yyyy-MM-dd HH:mm zzz}, when the window opens" : ""]).Where(n =>
                    n.Length > 0
                )
            ),
        };
    }
}
