namespace NodeManager;

/// <summary>Which nodes of a NodeSmithPool the autoscaler removes and replaces, and how many at a time.</summary>
public sealed class NodePoolScaleDown
{
    /// <summary><c>Disabled</c>, <c>SingleNode</c> or <c>MultiNode</c>: whether nodes are removed whose pods fit elsewhere.</summary>
    public string Consolidation { get; init; } = "Disabled";

    /// <summary>True if nodes are also replaced by a cheaper machine.</summary>
    public bool ReplaceByCost { get; init; }

    /// <summary>True if machines are replaced that differ from the template of the pool.</summary>
    public bool ReplaceDrifted { get; init; }

    /// <summary>The age at which a machine is replaced. Null: machines do not expire.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>How many nodes may be removed at a time. Empty: no limit.</summary>
    public ItemList<NodePoolBudget> Budgets { get; init; } = ItemList<NodePoolBudget>.Empty;

    public override string ToString() =>
        $"{Consolidation}{(ReplaceByCost ? ", by cost" : "")}{(ReplaceDrifted ? ", drifted" : "")}{(ExpireAfter is null ? "" : ", expired")}";
}

/// <summary>A limit on the nodes of a pool that are removed at a time.</summary>
public sealed class NodePoolBudget
{
    /// <summary>A number, or a percentage of the nodes of the pool, rounded up.</summary>
    public required string Nodes { get; init; }

    /// <summary><c>Empty</c>, <c>Underutilized</c>, <c>Drifted</c>, <c>Expired</c>: the removals that it limits. Empty: all.</summary>
    public ItemList<string> Reasons { get; init; } = ItemList<string>.Empty;

    /// <summary>When it begins: a cron expression in UTC. Empty: it always applies.</summary>
    public string Schedule { get; init; } = "";

    /// <summary>How long it applies from each start of the schedule, such as <c>10h</c>. Empty without a schedule.</summary>
    public string Duration { get; init; } = "";

    /// <summary>As <c>-Budget</c> takes it: <c>0+reasons=Drifted,Expired+schedule=0 8 * * mon-fri+duration=10h</c>.</summary>
    public override string ToString() =>
        $"{Nodes}{(Reasons.Count > 0 ? $"+reasons={string.Join(',', Reasons)}" : "")}{(Schedule.Length > 0 ? $"+schedule={Schedule}" : "")}{(Duration.Length > 0 ? $"+duration={Duration}" : "")}";
}
