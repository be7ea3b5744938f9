using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.Providers.Files;

/// <summary>A change of the configuration in a file.</summary>
public sealed record SchedulerFileChange
{
    /// <summary>Makes the change.</summary>
    public required Func<SchedulerDocument, SchedulerDocument> Edit { get; init; }

    /// <summary>Whether to write it; asked once, with what differs.</summary>
    public required Func<IReadOnlyList<SchedulerConfigurationDifference>, Task<bool>> Confirm { get; init; }

    /// <summary>Hears what is done beside what was asked.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>The key of a ConfigMap in the file; null: the first that holds a configuration.</summary>
    public string? Key { get; init; }

    /// <summary>The scheduler's release, for the checks.</summary>
    public int? Minor { get; init; }

    /// <summary>The known plugins, for the checks; null: the standard ones.</summary>
    public PluginCatalog? Catalog { get; init; }

    /// <summary>Write it although a scheduler would not start with it.</summary>
    public bool Force { get; init; }

    /// <summary>How many former files are kept beside it; see <see cref="FileBackups"/>.</summary>
    public int RevisionLimit { get; init; } = 10;

    /// <summary>The edit that puts a whole new configuration in the place of the old one.</summary>
    public static Func<SchedulerDocument, SchedulerDocument> Replacement(string text) =>
        _ => SchedulerDocument.Parse(text, "the new configuration");
}
