using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.Providers.Files;

public sealed record SchedulerFileChange
{
    public required Func<SchedulerDocument, SchedulerDocument> Edit { get; init; }

    /// <summary>Whether to write the change; called once with the differences.</summary>
    public required Func<IReadOnlyList<SchedulerConfigurationDifference>, Task<bool>> Confirm { get; init; }

    /// <summary>Receives warnings about side effects.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>The key of a ConfigMap in the file; null: the first with a configuration.</summary>
    public string? Key { get; init; }

    /// <summary>The scheduler's release for validation.</summary>
    public int? Minor { get; init; }

    /// <summary>The plugins for validation; null: the standard ones.</summary>
    public PluginCatalog? Catalog { get; init; }

    /// <summary>Write a configuration that a scheduler would not start with.</summary>
    public bool Force { get; init; }

    /// <summary>The number of backups; see <see cref="FileBackups"/>.</summary>
    public int RevisionLimit { get; init; } = 10;

    /// <summary>An edit that replaces the whole configuration.</summary>
    public static Func<SchedulerDocument, SchedulerDocument> Replacement(string text) =>
        _ => SchedulerDocument.Parse(text, "the new configuration");
}
