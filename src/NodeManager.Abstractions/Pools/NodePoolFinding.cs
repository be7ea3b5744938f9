namespace NodeManager;

/// <summary>Something that is wrong, or questionable, about the specification of a node pool.</summary>
public sealed class NodePoolFinding
{
    public const string Error = "Error";

    public const string Warning = "Warning";

    /// <summary><c>Error</c>: the specification is refused. <c>Warning</c>: it is accepted, but might not have the intended effect.</summary>
    public required string Severity { get; init; }

    /// <summary>The path of the field, for example <c>spec.platform.gcp.diskSize</c>.</summary>
    public required string Field { get; init; }

    public required string Message { get; init; }

    public override string ToString() => $"{Severity}: {Field}: {Message}";
}
