namespace NodeManager;

/// <summary>An address of a node: <c>InternalIP</c>, <c>ExternalIP</c>, <c>Hostname</c>, <c>InternalDNS</c> or <c>ExternalDNS</c>.</summary>
public sealed class NodeAddress
{
    public required string Type { get; init; }

    public required string Address { get; init; }

    public override string ToString() => $"{Type}={Address}";
}
