using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>A change of one plugin in some profiles.</summary>
public sealed record PluginChange
{
    public required string Name { get; init; }

    /// <summary>The profiles by <c>schedulerName</c>; empty: all.</summary>
    public IReadOnlyList<string> SchedulerNames { get; init; } = [];

    /// <summary>
    /// The extension points. Empty: to enable, <c>multiPoint</c> where the version has it, else all that the plugin implements; to disable,
    /// wherever it runs; to set a weight or an order, wherever it is named.
    /// </summary>
    public IReadOnlyList<string> ExtensionPoints { get; init; } = [];

    /// <summary>The weight at points that have one; null: leave it.</summary>
    public int? Weight { get; init; }

    /// <summary>Its place in the enabled list, from 1; null: leave it, a new one comes last.</summary>
    public int? Order { get; init; }

    /// <summary>Arguments to set, each a YAML value; null takes one away. Those not named stay.</summary>
    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();

    /// <summary>Also a plugin that is not known, and arguments that a known one does not have.</summary>
    public bool Force { get; init; }
}

/// <summary>What a change came to.</summary>
/// <param name="Document">The document after it.</param>
/// <param name="Differences">What it says differently; empty where all was so already.</param>
/// <param name="Warnings">What was done beside what was asked, and why.</param>
public sealed record PluginChangeResult(
    SchedulerDocument Document,
    IReadOnlyList<SchedulerConfigurationDifference> Differences,
    IReadOnlyList<string> Warnings
);
