namespace NodeManager.Sandbox.Pools;

/// <summary>A cluster or a node pool. Its documents are immutable.</summary>
internal sealed record PoolItem
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Empty for a cluster.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>The order of creation.</summary>
    public long Number { get; init; }

    public long Generation { get; init; } = 1;

    public long Version { get; init; }

    public required JsonObject Spec { get; init; }

    /// <summary>Labels and taints of machines in addition to the specification, from the adopted nodes. Null for none.</summary>
    public JsonObject? Template { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string CreatedBy { get; init; }

    /// <summary>Status reports with their controller's name.</summary>
    public IReadOnlyList<JsonObject> Controllers { get; init; } = [];

    public string Phase => NodePoolPhase.Of(Generation, Reports);

    public string Health => NodePoolHealth.Of(Reports);

    private NodePoolControllerStatus[] Reports =>
        [
            .. Controllers.Select(static report => new NodePoolControllerStatus
            {
                Name = report.Text("controller_name")!,
                ObservedGeneration = report.Number("observed_generation") ?? 0,
                Conditions = new([
                    .. report
                        .Objects("conditions")
                        .Select(static one => new NodeCondition { Type = one.Text("type") ?? "", Status = one.Text("status") ?? "" }),
                ]),
                Metadata = new Dictionary<string, object?>
                {
                    ["active_nodes"] = report.Object("metadata").Number("active_nodes"),
                    ["desired_nodes"] = report.Object("metadata").Number("desired_nodes"),
                },
            }),
        ];
}
