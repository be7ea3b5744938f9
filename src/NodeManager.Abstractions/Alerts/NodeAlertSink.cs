namespace NodeManager;

/// <summary>A destination of alerts, created by New-NodeAlertSink. Addresses and secrets are not shown.</summary>
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
