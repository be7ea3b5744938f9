namespace NodeManager;

/// <summary>Where alerts go, as New-NodeAlertSink made it. Addresses and secrets are not part of what it shows.</summary>
public sealed class NodeAlertSink
{
    /// <summary>Its name in messages and in the state file.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="NodeAlertSinkType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The host that alerts are sent to; empty for sinks that send nothing over the network.</summary>
    public string Host { get; init; } = "";

    // Internal, so that no serializer (JSON, CLIXML) reaches addresses and secrets.
    internal object? Definition { get; init; }

    public override string ToString() => Host.Length > 0 ? $"{Name} ({Host})" : Name;
}
