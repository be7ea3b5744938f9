using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance.Records;

/// <summary>The constant data of a run in its ConfigMap. Only its options change, on a resume with others.</summary>
internal sealed record RunRecord
{
    public required string Id { get; init; }

    /// <summary><c>user@machine</c>.</summary>
    public required string By { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The number of its nodes, in all of its ConfigMaps.</summary>
    public int Nodes { get; init; }

    public MaintenanceOptions Options { get; init; } = new();

    /// <summary>Hash of the script block's text; empty without one.</summary>
    public string Work { get; init; } = "";

    /// <summary>Equal for equal arguments, without the nodes.</summary>
    public string Fingerprint { get; init; } = "";
}
