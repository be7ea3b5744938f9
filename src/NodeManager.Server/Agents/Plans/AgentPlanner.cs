using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Agents.Plans;

/// <summary>Says what a change would do, in words and data. Touches nothing: edits are sent as dry runs.</summary>
internal sealed class AgentPlanner(ClusterSession cluster)
{
    /// <summary>How many nodes a plan may have.</summary>
    public const int MostNodes = 50;

    private const int MostSteps = 200;
    private const int MostReason = 500;

    private NodeManagerSession Session => cluster.Session;

    /// <exception cref="NodeManagerException">AgentChangeInvalid; NodeNotFound; what the domain refuses to plan, and what the server refuses in a dry run.</exception>
    public async Task<AgentPlan> PlanAsync(AgentChange change, AgentCaller caller, string id, DateTimeOffset now, CancellationToken stop)
    {
        Check(change);
        ClusterNode[] before = await Task.WhenAll(change.Nodes.Select(name => NodeEditor.ReadAsync(Session, name, stop)));
        IReadOnlyList<NodeDrainPlan> drains = [];
        List<string> steps = [];
        List<string> warnings = [];
        if (change.Action == AgentAction.Drain)
        {
            drains = await DrainPlanner.PlanAsync(Session, [.. before.Select(TargetOf)], DrainOptionsOf(change), stop);
            foreach (NodeDrainPlan drain in drains) Describe(drain, steps, warnings);
        }
        else
        {
            foreach (ClusterNode node in before)
            {
                ClusterNode after = await EditAsync(Session, TargetOf(node), change, dryRun: true, stop);
                string difference = NodeEditor.Describe(node, after);
                steps.Add(difference.Length > 0 ? $"{Verb(change.Action)} node {node.Name}: {difference}" : $"{Verb(change.Action)} node {node.Name}: nothing would change");
            }
        }

        return new()
        {
            Id = id, Change = change with { Reason = Shorten(change.Reason) }, By = caller, Nodes = before, Drains = drains,
            Steps = [.. steps.Take(MostSteps)],
            Warnings = steps.Count > MostSteps ? [.. warnings, $"{steps.Count - MostSteps} more steps are not listed."] : warnings,
            RequestedAt = now, ExpiresAt = now + AgentPlanStore.WaitForApproval,
        };
    }

    /// <summary>Makes, or tries, an edit of one node.</summary>
    public static Task<ClusterNode> EditAsync(NodeManagerSession session, NodeTarget node, AgentChange change, bool dryRun, CancellationToken stop) => change.Action switch
    {
        AgentAction.Cordon => NodeEditor.SetUnschedulableAsync(session, node, true, dryRun, stop),
        AgentAction.Uncordon => NodeEditor.SetUnschedulableAsync(session, node, false, dryRun, stop),
        AgentAction.SetLabels => NodeEditor.SetLabelsAsync(session, node, change.Labels, overwrite: true, dryRun, stop),
        AgentAction.RemoveLabels => NodeEditor.RemoveLabelsAsync(session, node, [.. change.Keys], dryRun, stop),
        AgentAction.SetTaints => NodeEditor.SetTaintsAsync(session, node, change.Taints, overwrite: true, dryRun, stop),
        AgentAction.RemoveTaints => NodeEditor.RemoveTaintsAsync(session, node, [.. change.Taints.Select(static t => (t.Key, t.Effect.Length > 0 ? t.Effect : null))], dryRun, stop),
        _ => throw Invalid($"'{change.Action}' is not a change of a node."),
    };

    /// <summary>None of the options that bypass safeguards is ever set for an agent.</summary>
    public static DrainOptions DrainOptionsOf(AgentChange change, string reason = "") => new()
    {
        DeleteEmptyDirData = change.DeleteEmptyDirData, DeleteUnmanagedPods = change.DeleteUnmanagedPods, Timeout = change.Timeout, Reason = reason,
    };

    public static NodeTarget TargetOf(ClusterNode node) => new(node.Name, node.Uid);

    private static void Check(AgentChange change)
    {
        if (!AgentAction.All.Contains(change.Action)) throw Invalid($"'{change.Action}' is not an action; there are {string.Join(", ", AgentAction.All)}.");
        if (change.Nodes.Count is 0 or > MostNodes) throw Invalid($"A plan takes 1 to {MostNodes} nodes; this one has {change.Nodes.Count}.");
        if (change.Nodes.FirstOrDefault(IsPattern) is { } pattern) throw Invalid($"'{pattern}' is a wildcard; a plan names its nodes.");
        if (change.Keys.FirstOrDefault(IsPattern) is { } key) throw Invalid($"'{key}' is a wildcard; a plan names its keys.");
        if (change.Taints.FirstOrDefault(static taint => IsPattern(taint.Key)) is { } taint) throw Invalid($"'{taint.Key}' is a wildcard; a plan names its keys.");
        Only(change.Action == AgentAction.SetLabels, change.Labels.Count, "labels");
        Only(change.Action == AgentAction.RemoveLabels, change.Keys.Count, "labelKeys");
        Only(change.Action is AgentAction.SetTaints or AgentAction.RemoveTaints, change.Taints.Count, "taints");
        if (change.Action != AgentAction.Drain && (change.DeleteEmptyDirData || change.DeleteUnmanagedPods))
            throw Invalid($"{change.Action} deletes no pods; 'deleteEmptyDirData' and 'deleteUnmanagedPods' are for {AgentAction.Drain}.");
        if (change.Timeout < TimeSpan.FromSeconds(1) || change.Timeout > TimeSpan.FromHours(4)) throw Invalid("'timeoutSeconds' takes 1 to 14400 seconds.");

        void Only(bool wanted, int count, string field)
        {
            if (wanted != count > 0) throw Invalid(wanted ? $"{change.Action} needs '{field}'." : $"{change.Action} does not take '{field}'.");
        }
    }

    private static void Describe(NodeDrainPlan drain, List<string> steps, List<string> warnings)
    {
        steps.Add($"Cordon node {drain.Node} and drain it: evict {drain.Evict}, leave {drain.Skip}, wait for {drain.Wait}; {drain.Status}");
        foreach (NodeDrainPlanPod pod in drain.Pods.Where(static pod => pod.Decision != DrainDecision.Skip))
            steps.Add($"{pod.Decision} pod {pod.Namespace}/{pod.Name}{(pod.Reason.Length > 0 ? $": {pod.Reason}" : "")}");
        warnings.AddRange(drain.Blockers);
        warnings.AddRange(drain.BlockingBudgets.Select(static budget => $"PDB {budget}"));
        warnings.AddRange(drain.Warnings);
    }

    private static string Verb(string action) => action switch
    {
        AgentAction.SetLabels => "Set labels of",
        AgentAction.RemoveLabels => "Remove labels of",
        AgentAction.SetTaints => "Set taints of",
        AgentAction.RemoveTaints => "Remove taints of",
        _ => action,
    };

    private static bool IsPattern(string text) => text.AsSpan().ContainsAny("*?[]");

    private static string Shorten(string text) => text.Length > MostReason ? text[..MostReason] + "…" : text;

    private static NodeManagerException Invalid(string message) => new(ErrorIds.AgentChangeInvalid, ErrorKind.InvalidArgument, message);
}
