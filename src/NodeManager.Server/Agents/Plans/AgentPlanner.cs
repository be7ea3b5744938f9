using NodeManager.Core.Configuration;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Maintenance;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Agents.Plans;

/// <summary>Plans changes in words and data. Changes nothing: edits are sent as dry runs.</summary>
internal sealed class AgentPlanner(ClusterSession cluster)
{
    /// <summary>The limit of nodes per plan.</summary>
    public const int MaximumNodes = 50;

    private const int MaximumReasonLength = 500;
    private const string NoExecute = "NoExecute";

    public string Cluster => Session.Cluster;

    private NodeManagerSession Session => cluster.Session;

    /// <summary>Refuses a change of a protected cluster without its name.</summary>
    /// <param name="cluster">The name from the agent; null for none.</param>
    public void RequireConfirmation(string? cluster)
    {
        if (!ClusterProtection.IsConfirmed(Session, cluster))
            throw ClusterProtection.Refusal(
                Session,
                cluster,
                "Ask your user to confirm the change, and pass the name of the cluster as confirmCluster."
            );
    }

    public async Task<AgentPlan> PlanAsync(AgentChange change, AgentCaller caller, string id, DateTimeOffset now, CancellationToken stop)
    {
        Check(change);
        ClusterNode[] before = await Task.WhenAll(change.Nodes.Select(name => NodeEditor.ReadAsync(Session, name, stop)));
        IReadOnlyList<NodeDrainPlan> drains = [];
        List<string> steps = [];
        List<string> warnings = [];
        List<AgentPlanField> fields = [];
        if (change.Action == AgentAction.Drain)
        {
            drains = await DrainPlanner.PlanAsync(Session, [.. before.Select(TargetOf)], DrainOptionsOf(change), stop, usesCaches: false);
            foreach (NodeDrainPlan drain in drains)
                Describe(drain, change, steps, warnings);
        }
        else
        {
            foreach (ClusterNode node in before)
            {
                await RequireReleasedAsync(Session, node, change, stop);
                ClusterNode after = await EditAsync(Session, TargetOf(node), change, dryRun: true, stop);
                IReadOnlyList<NodeFieldChange> changes = NodeEditor.Compare(node, after);
                fields.AddRange(changes.Select(one => new AgentPlanField(node.Name, one)));
                string effect = changes.Count > 0 ? string.Join("; ", changes) : "the node has these values already";
                steps.Add($"{Verb(change.Action)} node {node.Name}: sends {DescribeRequest(change)}; {effect}");
            }
        }

        return new()
        {
            Id = id,
            Change = change with { Reason = DisplayText.Truncate(change.Reason, MaximumReasonLength) },
            By = caller,
            Nodes = before,
            Drains = drains,
            Steps = steps,
            Warnings = warnings,
            Fields = fields,
            RequestedAt = now,
            ExpiresAt = now + AgentPlanStore.WaitForApproval,
        };
    }

    /// <summary>Refuses to uncordon a node during a maintenance, as Resume-NodeScheduling does.</summary>
    /// <exception cref="NodeManagerException">NodeInMaintenance.</exception>
    public static async Task RequireReleasedAsync(NodeManagerSession session, ClusterNode node, AgentChange change, CancellationToken stop)
    {
        if (change.Action == AgentAction.Uncordon && await MaintenanceHolds.FindAsync(session, node, stop) is { } hold)
            throw MaintenanceHolds.Refusal(hold);
    }

    /// <summary>Applies an edit to a node, or runs it as a dry run.</summary>
    public static Task<ClusterNode> EditAsync(
        NodeManagerSession session,
        NodeTarget node,
        AgentChange change,
        bool dryRun,
        CancellationToken stop
    ) =>
        change.Action switch
        {
            AgentAction.Cordon => NodeEditor.SetUnschedulableAsync(session, node, true, dryRun, stop),
            AgentAction.Uncordon => NodeEditor.SetUnschedulableAsync(session, node, false, dryRun, stop),
            AgentAction.SetLabels => NodeEditor.SetLabelsAsync(session, node, change.Labels, overwrite: true, dryRun, stop),
            AgentAction.RemoveLabels => NodeEditor.RemoveLabelsAsync(session, node, [.. change.Keys], dryRun, stop),
            AgentAction.SetTaints => NodeEditor.SetTaintsAsync(session, node, change.Taints, overwrite: true, dryRun, stop),
            AgentAction.RemoveTaints => NodeEditor.RemoveTaintsAsync(
                session,
                node,
                [.. change.Taints.Select(static t => new TaintMatch(t.Key, t.Effect.Length > 0 ? t.Effect : null))],
                dryRun,
                stop
            ),
            _ => throw Invalid($"'{change.Action}' is not a change of a node."),
        };

    /// <summary>Options that bypass safeguards are never set for agents.</summary>
    public static DrainOptions DrainOptionsOf(AgentChange change, string reason = "") =>
        new()
        {
            DeleteEmptyDirData = change.DeleteEmptyDirData,
            DeleteUnmanagedPods = change.DeleteUnmanagedPods,
            Timeout = change.Timeout,
            Reason = reason,
        };

    public static NodeTarget TargetOf(ClusterNode node) => new(node.Name, node.Uid);

    private static void Check(AgentChange change)
    {
        if (!AgentAction.All.Contains(change.Action))
            throw Invalid($"'{change.Action}' is not an action; there are {string.Join(", ", AgentAction.All)}.");
        if (change.Nodes.Count is 0 or > MaximumNodes)
            throw Invalid($"A plan takes 1 to {MaximumNodes} nodes; this one has {change.Nodes.Count}.");
        if (change.Nodes.FirstOrDefault(IsPattern) is { } pattern)
            throw Invalid($"'{pattern}' is a wildcard; a plan names its nodes.");
        if (change.Keys.FirstOrDefault(IsPattern) is { } key)
            throw Invalid($"'{key}' is a wildcard; a plan names its keys.");
        if (change.Taints.FirstOrDefault(static taint => IsPattern(taint.Key)) is { } taint)
            throw Invalid($"'{taint.Key}' is a wildcard; a plan names its keys.");
        RefuseEviction(change);
        Only(change.Action == AgentAction.SetLabels, change.Labels.Count, "labels");
        Only(change.Action == AgentAction.RemoveLabels, change.Keys.Count, "labelKeys");
        Only(change.Action is AgentAction.SetTaints or AgentAction.RemoveTaints, change.Taints.Count, "taints");
        if (change.Action != AgentAction.Drain && (change.DeleteEmptyDirData || change.DeleteUnmanagedPods))
            throw Invalid($"{change.Action} deletes no pods; 'deleteEmptyDirData' and 'deleteUnmanagedPods' are for {AgentAction.Drain}.");
        if (change.Timeout < TimeSpan.FromSeconds(1) || change.Timeout > TimeSpan.FromHours(4))
            throw Invalid("'timeoutSeconds' takes 1 to 14400 seconds.");

        void Only(bool wanted, int count, string field)
        {
            if (wanted != count > 0)
                throw Invalid(wanted ? $"{change.Action} needs '{field}'." : $"{change.Action} does not take '{field}'.");
        }
    }

    // The taint manager deletes pods that do not tolerate the taint, without respecting PDBs or safeguards of a drain.
    private static void RefuseEviction(AgentChange change)
    {
        if (
            change.Action != AgentAction.SetTaints
            || change.Taints.FirstOrDefault(static taint => taint.Effect == NoExecute) is not { } evicting
        )
            return;
        throw new NodeManagerException(
            ErrorIds.AgentChangeInvalid,
            ErrorKind.PermissionDenied,
            $"Agents cannot set the taint '{evicting}': {NoExecute} deletes all pods that do not tolerate it, without regard to PodDisruptionBudgets.",
            evicting.ToString(),
            $"Request the action {AgentAction.Drain}, which evicts the pods within their PodDisruptionBudgets, or use the effect NoSchedule."
        );
    }

    // The requested values, even if a node has them already.
    private static string DescribeRequest(AgentChange change) =>
        change.Action switch
        {
            AgentAction.Cordon => "spec.unschedulable=true",
            AgentAction.Uncordon => "spec.unschedulable=false and the removal of what a drain or a maintenance set",
            AgentAction.SetLabels => string.Join(
                ", ",
                change
                    .Labels.OrderBy(static one => one.Key, StringComparer.Ordinal)
                    .Select(static one => $"{one.Key}={NodeFieldChange.Describe(one.Value)}")
            ),
            AgentAction.RemoveLabels => "the removal of " + string.Join(", ", change.Keys),
            AgentAction.SetTaints => string.Join(", ", change.Taints),
            _ => "the removal of "
                + string.Join(", ", change.Taints.Select(static one => one.Effect.Length > 0 ? $"{one.Key}:{one.Effect}" : one.Key)),
        };

    private static void Describe(NodeDrainPlan drain, AgentChange change, List<string> steps, List<string> warnings)
    {
        string data =
            (change.DeleteEmptyDirData ? ", delete emptyDir data" : "") + (change.DeleteUnmanagedPods ? ", delete unmanaged pods" : "");
        steps.Add(
            $"Cordon node {drain.Node} and drain it: evict {drain.Evict}, leave {drain.Skip}, wait for {drain.Wait}{data}, for at most {HumanDuration.Format(change.Timeout)}; {drain.Status}"
        );
        foreach (NodeDrainPlanPod pod in drain.Pods.Where(static pod => pod.Decision != DrainDecision.Skip))
            steps.Add($"{pod.Decision} pod {pod.Namespace}/{pod.Name}{(pod.Reason.Length > 0 ? $": {pod.Reason}" : "")}");
        warnings.AddRange(drain.Blockers);
        warnings.AddRange(drain.BlockingBudgets.Select(static budget => $"PDB {budget}"));
        warnings.AddRange(drain.Warnings);
    }

    private static string Verb(string action) =>
        action switch
        {
            AgentAction.SetLabels => "Set labels of",
            AgentAction.RemoveLabels => "Remove labels of",
            AgentAction.SetTaints => "Set taints of",
            AgentAction.RemoveTaints => "Remove taints of",
            _ => action,
        };

    private static bool IsPattern(string text) => text.AsSpan().ContainsAny("*?[]");

    private static NodeManagerException Invalid(string message) => new(ErrorIds.AgentChangeInvalid, ErrorKind.InvalidArgument, message);
}
