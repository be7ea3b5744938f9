namespace NodeManager.SchedulerConfigurations.Reading;

/// <summary>The source of a configuration: a file, or a key of a ConfigMap in a cluster.</summary>
public sealed record ConfigurationOrigin
{
    /// <summary>Empty for a cluster.</summary>
    public string File { get; init; } = "";

    /// <summary>The session of its cluster; null for a file.</summary>
    public NodeManagerSession? Session { get; init; }

    public string Namespace { get; init; } = "";

    public string ConfigMap { get; init; } = "";

    public string Key { get; init; } = "";

    /// <summary>The Deployment that mounts the ConfigMap; empty without one.</summary>
    public string Deployment { get; init; } = "";
}
