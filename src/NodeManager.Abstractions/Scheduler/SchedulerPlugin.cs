namespace NodeManager;

/// <summary>A plugin at one extension point of one profile of a scheduler.</summary>
public sealed class SchedulerPlugin : SchedulerObject
{
    public required string Name { get; init; }

    /// <summary><c>score</c>, <c>filter</c>, …, as the configuration names it.</summary>
    public required string ExtensionPoint { get; init; }

    /// <summary>The profile.</summary>
    public required string SchedulerName { get; init; }

    /// <summary>See <see cref="SchedulerPluginStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>How it came there: <c>Default</c>, <c>MultiPoint</c>, <c>Explicit</c>; of a disabled one what disables it.</summary>
    public required string Source { get; init; }

    /// <summary>Its place among the plugins that run there, from 1; 0 for one that does not run.</summary>
    public int Order { get; init; }

    /// <summary>At <c>score</c> and <c>placementScore</c>; else null.</summary>
    public int? Weight { get; init; }

    /// <summary>Its arguments in <c>pluginConfig</c> as one line of YAML; empty: its defaults.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The file that it was read from; empty for one of a cluster.</summary>
    public string File { get; init; } = "";

    /// <summary>Its name and extension points are known: built in, or of the public plugins.</summary>
    public bool IsKnown { get; init; }

    public override string ToString() => $"{SchedulerName}/{ExtensionPoint}/{Name}: {Status}";
}
