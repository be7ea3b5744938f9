using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>A change of a scheduler's configuration in a cluster.</summary>
public sealed record SchedulerChange
{
    public const int DefaultRevisionLimit = 10;

    /// <summary>
    /// Creates the new text from the current one. Called again with the newest text after a concurrent change, so it has to describe the
    /// edit, not the outcome, or be an <see cref="IsReplacement"/>. See <see cref="OfDocument"/>.
    /// </summary>
    public required Func<string, string> Edit { get; init; }

    /// <summary>
    /// True if the edit ignores the current text. A repetition would undo a concurrent change that was not shown, so it is refused
    /// (Conflict).
    /// </summary>
    public bool IsReplacement { get; init; }

    /// <summary>
    /// The version (<see cref="ConfigurationVersion"/>) of the text that the user saw. If it was changed since, nothing is written
    /// (Conflict). Null: applies to any text.
    /// </summary>
    public string? SeenVersion { get; init; }

    /// <summary>Its description for the revision and the event: <c>Enable Coscheduling</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The reason given by the user.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Write it even if a scheduler would not start with it.</summary>
    public bool Force { get; init; }

    /// <summary>The number of kept revisions, at least 2: the active one and the one before.</summary>
    public int RevisionLimit { get; init; } = DefaultRevisionLimit;

    /// <summary>The minor version to check for; null: that of the scheduler's image.</summary>
    public int? Minor { get; init; }

    /// <summary>The known plugins, for the checks; null: the standard ones.</summary>
    public PluginCatalog? Catalog { get; init; }

    /// <summary>Confirms the differences before anything is written; again if a concurrent change has changed them.</summary>
    public Func<IReadOnlyList<SchedulerConfigurationDifference>, Task<bool>> Confirm { get; init; } = static _ => Task.FromResult(true);

    /// <param name="scheduler">Names the text in messages.</param>
    public static Func<string, string> OfDocument(ClusterScheduler scheduler, Func<SchedulerDocument, SchedulerDocument> edit) =>
        text => edit(SchedulerDocument.Parse(text, scheduler.Source)).Text;
}

/// <param name="IsWritten">False if nothing changes, or if it was not confirmed.</param>
/// <param name="Revision">The active revision; null if unknown.</param>
/// <param name="PreviousRevision">The previously active revision.</param>
/// <param name="Document">The active configuration, or the unconfirmed one.</param>
/// <param name="Version">The version of the edited text; see <see cref="ConfigurationVersion"/>.</param>
public sealed record SchedulerChangeResult(
    bool IsWritten,
    long? Revision,
    long? PreviousRevision,
    SchedulerDocument Document,
    IReadOnlyList<SchedulerConfigurationDifference> Differences,
    string Version
);

/// <summary>Identifies texts of a configuration, so that a change can require an unchanged text.</summary>
public static class ConfigurationVersion
{
    public static string Of(string text) => RevisionAnnotation.HashOf(text);
}
