using NodeManager.Drains.Options;

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>Which nodes are repaired, how, and how many concurrently.</summary>
public sealed record RepairPolicy
{
    /// <summary>The default causes: those that a node does not recover from by itself, or seldom.</summary>
    public static IReadOnlyList<string> DefaultCauses { get; } =
    [NodeFindingCause.NotReady, NodeFindingCause.Unreachable, NodeProblemCondition.KernelDeadlock, NodeProblemCondition.ReadonlyFilesystem];

    /// <summary>The actions; each follows if the previous one did not help. Ordered as <see cref="NodeRepairAction"/>.</summary>
    public IReadOnlyList<NodeRepairAction> Actions { get; init; } = [NodeRepairAction.Drain];

    /// <summary>Causes of findings to repair; wildcards.</summary>
    public IReadOnlyList<string> Causes { get; init; } = DefaultCauses;

    /// <summary>How long a cause must have lasted.</summary>
    public TimeSpan UnhealthyFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The limit of an action, and of the following recovery, before the next action.</summary>
    public TimeSpan EscalateAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a node must be healthy before it is uncordoned.</summary>
    public TimeSpan HealthyFor { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many of the selected nodes must be healthy for a repair to start: a number, or a percentage, rounded up.</summary>
    public string MinHealthy { get; init; } = HealthyMinimum.Default.ToString();

    /// <summary>How long enough nodes must have been healthy after a storm, and a node in service after its repair.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many nodes of one pool may be in repair.</summary>
    public int MaxPerPool { get; init; } = 1;

    /// <summary>The label that holds the pool's name; null: the known labels.</summary>
    public string? PoolLabel { get; init; }

    public bool IncludeControlPlane { get; init; }

    /// <summary>Also repair nodes that another client has cordoned.</summary>
    public bool IncludeCordoned { get; init; }

    public DrainOptions Drain { get; init; } = new();

    /// <summary>The steps of a repair. A node is drained before its machine is restarted or replaced.</summary>
    /// <returns>The actions, and whether the node gets time to recover after each: not after an implied drain.</returns>
    public IReadOnlyList<(NodeRepairAction Action, bool Waits)> Steps()
    {
        List<(NodeRepairAction Action, bool Waits)> steps = [.. Actions.Distinct().Order().Select(static action => (action, true))];
        int machine = steps.FindIndex(static step => step.Action >= NodeRepairAction.Restart);
        if (machine >= 0 && !steps.Exists(static step => step.Action == NodeRepairAction.Drain))
            steps.Insert(machine, (NodeRepairAction.Drain, false));
        return steps;
    }
}
