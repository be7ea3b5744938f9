using System.Globalization;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;

namespace NodeManager.Server.Tour;

/// <summary>
/// The tour in the terminal with the domain code of the cmdlets: nodes, the plan of a blocked drain, the drain, its result, and the node
/// back in service.
/// </summary>
internal sealed class ClusterTour(NodeManagerSession session, Terminal terminal)
{
    private static readonly DrainOptions Options = new()
    {
        DeleteEmptyDirData = true,
        DeleteUnmanagedPods = true,
        Timeout = TimeSpan.FromMinutes(2),
        Reason = "tour of the embedded cluster",
    };

    /// <returns>True when the node was drained and uncordoned.</returns>
    public async Task<bool> RunAsync(TimeSpan startup, CancellationToken cancellationToken)
    {
        List<ClusterNode> nodes = await ReadNodesAsync(new() { Usage = true }, cancellationToken);
        terminal.Heading(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The embedded cluster: Kubernetes {session.ServerVersion}, {nodes.Count} nodes, {nodes.Sum(n => n.PodCount)} pods, up in {startup.TotalMilliseconds:0} ms"
            )
        );
        const int Shown = 20;
        terminal.Table(NodeTable.Header, nodes.Take(Shown).Select(n => NodeTable.Row(n)));
        if (nodes.Count > Shown)
            terminal.Line($"  … and {nodes.Count - Shown} more");

        if (await ChoosePlanAsync(nodes, cancellationToken) is not { } plan)
        {
            terminal.Line("No node of this cluster has pods that a PDB blocks: nothing to show.");
            return false;
        }

        terminal.Heading($"What a drain of {plan.Node} would do");
        terminal.Table(PlanTable.Header, plan.Pods.Select(PlanTable.Row));
        terminal.Line($"  {plan.Evict} to evict, {plan.BlockedByBudget} of them blocked by a PDB now; {plan.Skip} skipped");

        terminal.Heading($"Draining {plan.Node}");
        var observer = new TourObserver(terminal, session.Connection().Time);
        NodeDrainResult result = await DrainAsync(plan, observer, cancellationToken);

        terminal.Heading(
            $"{result.Node}: {result.Status} in {result.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
        );
        terminal.Line("  " + result.Message);
        terminal.Table(
            ["POD", "OUTCOME", "ATTEMPTS", "DURATION"],
            result.Pods.Select(p =>
                (IReadOnlyList<Cell>)
                    [
                        $"{p.Namespace}/{p.Name}",
                        new Cell(
                            p.Outcome,
                            p.Outcome is DrainPodOutcome.Evicted or DrainPodOutcome.Skipped or DrainPodOutcome.Gone ? Ink.Green : Ink.Red
                        ),
                        p.Attempts == 0 ? "" : $"{p.Attempts}×",
                        p.Duration is { } took && p.Attempts > 0
                            ? took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"
                            : "",
                    ]
            )
        );
        foreach (NodeDrainBlocker blocker in result.Blockers)
            terminal.Line("  ", new(blocker.ToString(), Ink.Red));

        await NodeEditor.SetUnschedulableAsync(session, plan.Node, unschedulable: false, dryRun: false, cancellationToken);
        ClusterNode? back = await NodeWaiter.WaitAsync(session, plan.Node, "Ready", TimeSpan.FromMinutes(1), cancellationToken);
        terminal.Heading("Back in service");
        if (back is not null)
            terminal.Table(NodeTable.Header, [NodeTable.Row(back)]);
        terminal.Line();
        return result.Status == NodeDrainStatus.Drained && back is { Unschedulable: false };
    }

    private async Task<List<ClusterNode>> ReadNodesAsync(NodeQuery query, CancellationToken cancellationToken)
    {
        var nodes = new List<ClusterNode>();
        await foreach (
            ClusterNode node in NodeReader.ReadAsync(session, query, missing => throw missing, NullObserver.Instance, cancellationToken)
        )
            nodes.Add(node);
        nodes.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return nodes;
    }

    // The tour needs a node with a blocking PDB; the seeded cluster has one.
    private async Task<NodeDrainPlan?> ChoosePlanAsync(List<ClusterNode> nodes, CancellationToken cancellationToken)
    {
        const int Considered = 50;
        IReadOnlyList<NodeTarget> candidates =
        [
            .. nodes
                .Where(n => n.Status == NodeStatus.Ready && !n.Unschedulable && !n.Roles.Contains("control-plane"))
                .Take(Considered)
                .Select(static n => (NodeTarget)n.Name),
        ];
        // Each alone, over one reading of the cluster: together they would be one plan for a concurrent drain.
        return (await DrainPlanner.PlanEachAsync(session, candidates, Options, cancellationToken)).FirstOrDefault(static plan =>
            plan is { Status: not NodeDrainPlanStatus.Refused, BlockedByBudget: > 0 }
        );
    }

    private async Task<NodeDrainResult> DrainAsync(NodeDrainPlan plan, IOperationObserver observer, CancellationToken cancellationToken)
    {
        using var drained = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task owner = new BudgetOwner(session, plan, observer).LowerWhenOthersAreGoneAsync(drained.Token);
        NodeDrainResult? result = null;
        await foreach (NodeDrainResult one in NodeDrainer.DrainAsync(session, [plan.Node], Options, observer, cancellationToken))
            result = one;
        await drained.CancelAsync();
        try
        {
            await owner;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The drain ended first.
        }

        return result!;
    }
}
