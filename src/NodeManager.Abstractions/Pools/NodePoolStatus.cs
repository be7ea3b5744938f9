namespace NodeManager;

/// <summary>The status that the controllers of a node pool reported.</summary>
public sealed class NodePoolStatus : ClusterObject
{
    /// <summary>The id of the pool.</summary>
    public required string PoolId { get; init; }

    /// <summary>The name of the pool.</summary>
    public string Pool { get; init; } = "";

    /// <summary>A <see cref="NodePoolProvider"/>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The namespace of the NodeSmithPool. Empty for pools of a service.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The pool's generation when the status was read.</summary>
    public long Generation { get; init; }

    public ItemList<NodePoolControllerStatus> Controllers { get; init; } = ItemList<NodePoolControllerStatus>.Empty;

    /// <summary>The oldest generation that a controller has observed; 0 where none has reported.</summary>
    public long ObservedGeneration => Controllers.Count == 0 ? 0 : Controllers.Min(static one => one.ObservedGeneration);

    /// <summary>A <see cref="NodePoolPhase"/>.</summary>
    public string Phase => NodePoolPhase.Of(Generation, Controllers);

    /// <summary>A <see cref="NodePoolHealth"/>.</summary>
    public string Health => NodePoolHealth.Of(Controllers);

    /// <summary>How many nodes are active: the least that a controller counts, as all count the same nodes. Null where none of them counts.</summary>
    public int? ActiveNodes => Controllers.Min(static one => one.ActiveNodes);

    /// <summary>How many nodes are desired: the most that a controller aims for. Null where none of them says.</summary>
    public int? DesiredNodes => Controllers.Max(static one => one.DesiredNodes);

    /// <summary>The conditions that are not as they should be, as <c>controller: message</c>. Empty for a pool that is ready.</summary>
    public string Message =>
        string.Join(
            "; ",
            Controllers.SelectMany(static one =>
                one.Conditions.Where(static condition =>
                        NodePoolHealth.IsBad(condition) || condition is { Type: NodePoolCondition.Ready, Status: not "True" }
                    )
                    .Select(condition => $"{one.Name}: {(condition.Message.Length > 0 ? condition.Message : condition.ToString())}")
                    .Distinct()
            )
        );

    public override string ToString() => $"{Phase}, {Health}";
}
