using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>What a change came to.</summary>
/// <param name="Document">The document after it.</param>
/// <param name="Differences">What it says differently; empty where all was so already.</param>
/// <param name="Warnings">What was done beside what was asked, and why.</param>
public sealed record PluginChangeResult(
    SchedulerDocument Document,
    IReadOnlyList<SchedulerConfigurationDifference> Differences,
    IReadOnlyList<string> Warnings);
