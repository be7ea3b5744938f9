using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>A change of one plugin in some profiles.</summary>
public sealed record PluginChange
{
    public required string Name { get; init; }

    /// <summary>The profiles by <c>schedulerName</c>; empty: all.</summary>
    public IReadOnlyList<string> SchedulerNames { get; init; } = [];

    /// <summary>
    /// The extension points. Empty: to enable, <c>multiPoint</c> if the version has it, else all points of the plugin; to disable, all
    /// points where it runs; to set a weight or an order, all points that name it.
    /// </summary>
    public IReadOnlyList<string> ExtensionPoints { get; init; } = [];

    /// <summary>The weight at points that have one; null: unchanged.</summary>
    public int? Weight { get; init; }

    /// <summary>Its position in the enabled list, from 1; null: unchanged, or last for a new one.</summary>
    public int? Order { get; init; }

    /// <summary>Arguments to set, each a YAML value; null removes one. Others stay.</summary>
    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();

    /// <summary>Allows unknown plugins, and unknown arguments.</summary>
    public bool Force { get; init; }
}

/// <param name="Document">The changed document.</param>
/// <param name="Differences">The differences; empty if nothing changes.</param>
/// <param name="Warnings">Additional changes, and their reasons.</param>
public sealed record PluginChangeResult(
    SchedulerDocument Document,
    IReadOnlyList<SchedulerConfigurationDifference> Differences,
    IReadOnlyList<string> Warnings
);
