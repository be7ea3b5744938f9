using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Execution;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Planning;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance;

/// <summary>Says what a maintenance would do. Also what <c>-WhatIf</c> shows.</summary>
public static class MaintenancePlanner
{
    private const string Activity = "Planning the maintenance";

    /// <summary>The batches in which the nodes would go now, and what each drain would meet. Touches nothing.</summary>
    /// <exception cref="NodeManagerException">NodeNotFound, NodeReplaced, MaintenanceNotFound, InvalidMaxUnavailable; what the server refused.</exception>
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

    /// <summary>The batches alone, without the nodes that are left out and without their drains' plans: what to confirm.</summary>
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
        MaintenanceOptions options = request.Options;
        IReadOnlyList<NodeTarget> targets = NodeTarget.Distinct(request.Nodes);
        HashSet<string>? open = null;
        if (request.ResumeId is { } id)
        {
            StoredRun stored = await RunDirectory.FindAsync(connection, id, request.Namespace, session.Cluster, cancellationToken);
            if (stored.State.Status == NodeMaintenanceRunStatus.Completed)
                observer.Warning($"Maintenance run {id} is already complete.");
            else
                RunOpener.CheckWork(stored.Run, OptionText.HashWork(request.WorkText), observer);
            options = OptionText.Overlay(stored.Run.Options, request);
            open = [.. stored.Nodes.Where(n => n.IsOpen || n.Status == NodeMaintenanceStatus.Failed).Select(n => n.Uid)];
            targets = [.. stored.Nodes.Where(n => open.Contains(n.Uid)).Select(n => new NodeTarget(n.Name, n.Uid))];
        }

        UnavailabilityLimit limit = UnavailabilityLimit.Parse(options.MaxUnavailable);
        Dictionary<string, Node> byName = (await connection.Client.ListAsync(Resources.Nodes, new(), cancellationToken)).Items.ToDictionary(
            n => n.Metadata.Name
        );
        List<Node> nodes = [];
        foreach (NodeTarget target in targets)
        {
            Node? node = byName.GetValueOrDefault(target.Name);
            if (node is not null && target.Matches(node.Metadata.Uid))
                nodes.Add(node);
            else if (open is null)
                throw ErrorTranslator.NodeMissing(target.Name, target.Uid, node?.Metadata.Uid, session.Cluster);
        }

        if (options.TopologyKey.Length > 0)
            TopologyGroup.Check(nodes, options.TopologyKey, observer);
        List<MaintenanceWindow> windows = [.. options.Windows.Select(w => WindowParser.Parse(w, connection.Time.LocalTimeZone))];
        DateTimeOffset now = connection.Time.GetUtcNow();
        DateTimeOffset? opens =
            windows.Count == 0 || windows.Exists(w => w.IsOpen(now))
                ? null
                : windows.Select(w => TimeZoneInfo.ConvertTime(w.NextOpening(now), w.Zone)).Min();
        List<Node> leftOut = [.. nodes.Where(n => n.IsControlPlane() && !options.IncludeControlPlane)];
        List<MaintenanceCandidate> candidates = [.. nodes.Except(leftOut).Select(n => Candidate(n, options))];
        FleetSurvey survey = await FleetSurvey.ReadAsync(
            session,
            connection,
            [.. candidates.Select(c => new NodeTarget(c.Name, c.Uid))],
            options.Drain,
            cancellationToken
        );
        if (survey.Basis.Survey.Nodes.FirstOrDefault(n => n.Node is null) is { Name: { } missing })
            throw survey.Basis.Survey.WhyNot(missing, session.Cluster);
        IReadOnlyList<IReadOnlyList<MaintenanceCandidate>> batches = BatchRules.All(candidates, limit.Of(candidates.Count), survey.Room);
        List<NodeMaintenancePlan> plans = [];
        for (int i = 0; i < batches.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Dictionary<string, NodeDrainPlan> drains = withDrains
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
                            NoteOf(byName[c.Name])
                        )
                    )
            );
            if (withDrains)
                observer.Progress(
                    new(
                        Activity,
                        Activity,
                        $"{i + 1} of {batches.Count} batches planned",
                        100 * (i + 1) / batches.Count,
                        i + 1 == batches.Count
                    )
                );
        }

        if (!withDrains)
            return plans;
        plans.AddRange(leftOut.Select(n => Describe(session, 0, n, GroupOf(n, options), null, null, null, "excluded: control-plane node")));
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

    private static string NoteOf(Node node)
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
