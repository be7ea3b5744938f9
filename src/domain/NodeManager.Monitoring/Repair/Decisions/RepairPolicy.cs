using NodeManager.Drains.Options;

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>Which nodes are repaired, how, and how many concurrently.</summary>
public sealed record RepairPolicy
{
    /// <summary>The causes that are repaired unless a caller says otherwise: those that a node does not leave by itself, or seldom.</summary>
    public static IReadOnlyList<string> DefaultCauses { get; } =
    [NodeFindingCause.NotReady, NodeFindingCause.Unreachable, NodeProblemCondition.KernelDeadlock, NodeProblemCondition.ReadonlyFilesystem];

    /// <summary>One action, or several of which each follows where the one before did not help. Their order is that of <see cref="NodeRepairAction"/>.</summary>
    public IReadOnlyList<NodeRepairAction> Actions { get; init; } = [NodeRepairAction.Drain];

    /// <summary>Causes of findings that are repaired; wildcards.</summary>
    public IReadOnlyList<string> Causes { get; init; } = DefaultCauses;

    /// <summary>How long a cause must have lasted.</summary>
    public TimeSpan UnhealthyFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an action may take, and how long the node then has to become healthy, before the next action.</summary>
    public TimeSpan EscalateAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a node must be healthy before it is put back into service.</summary>
    public TimeSpan HealthyFor { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many of the selected nodes must be healthy for a repair to start: a number, or a percentage, which is rounded up.</summary>
    public string MinHealthy { get; init; } = HealthyMinimum.Default.ToString();

    /// <summary>How long enough nodes must have been healthy after a storm, and a node in service after its repair.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many nodes of one pool may be in repair.</summary>
    public int MaxPerPool { get; init; } = 1;

    /// <summary>The label whose value is the pool; null: those that are known.</summary>
    public string? PoolLabel { get; init; }

    public bool IncludeControlPlane { get; init; }

    /// <summary>Repair nodes, too, that another client has cordoned.</summary>
    public bool IncludeCordoned { get; init; }

    /// <summary>How pods are evicted.</summary>
    public DrainOptions Drain { get; init; } = new();

    /// <summary>The steps of a repair. Before a machine is restarted or replaced, its node is drained.</summary>
    /// <returns>The actions, and whether the node has time to become healthy before the next one: not after a drain that was not asked for.</returns>
    public IReadOnlyList<(NodeRepairAction Action, bool Waits)> Steps()
    {
        List<(NodeRepairAction Action, bool Waits)> steps = [.. Actions.Distinct().Order().Select(static action => (action, true))];
        int machine = steps.FindIndex(static step => step.Action >= NodeRepairAction.Restart);
        if (machine >= 0 && !steps.Exists(static step => step.Action == NodeRepairAction.Drain))
            steps.Insert(machine, (NodeRepairAction.Drain, false));
        return steps;
    }
}
