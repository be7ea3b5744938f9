namespace NodeManager;

/// <summary>The plan of the autoscaler now, and with assumed changes of pools. Nothing is changed.</summary>
public sealed class NodeScaleComparison : ClusterObject
{
    /// <summary>The plan with the pools as they are.</summary>
    public required NodeScalePlan Before { get; init; }

    /// <summary>The plan with the assumed pools.</summary>
    public required NodeScalePlan After { get; init; }

    /// <summary>The pods, nodes and machines with another decision.</summary>
    public ItemList<NodeScaleDifference> Differences { get; init; } = ItemList<NodeScaleDifference>.Empty;

    /// <summary>Added to the price of all machines for one hour; null: unknown before or after.</summary>
    public decimal? PriceChange => After.Price - Before.Price;

    /// <summary>How many pods would get a node.</summary>
    public int Placed => Differences.Count(static one => one is { Kind: NodeScaleDifference.Pod, Before: AutoscalerDecision.Wait });

    /// <summary>How many pods would lose their place.</summary>
    public int Displaced => Differences.Count(static one => one is { Kind: NodeScaleDifference.Pod, After: AutoscalerDecision.Wait });

    /// <summary>How many nodes would be removed, now or later, that stay otherwise.</summary>
    public int Removed => Differences.Count(static one => one is { Kind: NodeScaleDifference.Node, Before: AutoscalerDecision.Keep });

    public override string ToString() => $"placed {Placed}, displaced {Displaced}, removed {Removed}";
}

/// <summary>A pod, node or kind of machine that two plans decide differently about.</summary>
public sealed class NodeScaleDifference
{
    /// <summary>A value of <see cref="Kind"/>.</summary>
    public const string Pod = nameof(Pod),
        Node = nameof(Node),
        Machine = nameof(Machine);

    /// <summary><c>Pod</c>, <c>Node</c> or <c>Machine</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>namespace/name</c> of a pod, the name of a node, or the pool and shape of machines.</summary>
    public required string Name { get; init; }

    /// <summary>The decision, or the number of new machines.</summary>
    public required string Before { get; init; }

    public required string After { get; init; }

    /// <summary>The sentence of the second plan; empty for machines.</summary>
    public string Message { get; init; } = "";

    public override string ToString() => $"{Kind} {Name}: {Before} -> {After}";
}

/// <summary>The cheapest single change of a pool that would place a pod, or let a node be removed. It was verified by a plan with it.</summary>
public sealed class NodeScaleSuggestion
{
    public required string Pool { get; init; }

    /// <summary>The field of the pool, such as <c>limits.maxNodes</c>.</summary>
    public required string Field { get; init; }

    public string Before { get; init; } = "";

    public required string After { get; init; }

    /// <summary>Added to the price of all machines for one hour; null: unknown.</summary>
    public decimal? PriceChange { get; init; }

    /// <summary>Of the price; empty without.</summary>
    public string Currency { get; init; } = "";

    /// <summary>The change as a JSON merge patch of the pool's specification, as <c>Set-NodePool -Patch</c> takes it.</summary>
    public required string Patch { get; init; }

    /// <summary>The change in a sentence.</summary>
    public required string Message { get; init; }

    public override string ToString() => Message;
}
