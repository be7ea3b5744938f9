using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance.Records;

/// <summary>What a run is, as its ConfigMap keeps it. Only its options change, when it is resumed with others.</summary>
internal sealed record RunRecord
{
    public required string Id { get; init; }

    /// <summary>Who began it, as <c>user@machine</c>.</summary>
    public required string By { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>How many it has, in all of its ConfigMaps.</summary>
    public int Nodes { get; init; }

    public MaintenanceOptions Options { get; init; } = new();

    /// <summary>Hash of the script block's text; empty without one.</summary>
    public string Work { get; init; } = "";

    /// <summary>The same for the same arguments; the nodes are not part of it.</summary>
    public string Fingerprint { get; init; } = "";
}
