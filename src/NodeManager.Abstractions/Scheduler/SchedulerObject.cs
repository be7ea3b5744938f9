namespace NodeManager;

/// <summary>Something about a scheduler of a cluster. Piped to a command, it refers to its scheduler.</summary>
public abstract class SchedulerObject : ClusterObject
{
    /// <summary>The namespace of the ConfigMap and of the Deployment; empty for what was read from a file.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The ConfigMap that holds the configuration.</summary>
    public string ConfigMap { get; init; } = "";

    /// <summary>The ConfigMap's key.</summary>
    public string Key { get; init; } = "";

    /// <summary>The Deployment that runs the scheduler; empty where none mounts the ConfigMap.</summary>
    public string Deployment { get; init; } = "";
}
