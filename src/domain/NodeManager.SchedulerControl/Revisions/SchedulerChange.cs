using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>A change of a scheduler's configuration in a cluster.</summary>
public sealed record SchedulerChange
{
    /// <summary>How many revisions are kept where nothing else is said.</summary>
    public const int DefaultRevisionLimit = 10;

    /// <summary>
    /// Makes the new text of the old one. Called again with the newest text when another client changed it in between, so it says what to change, and
    /// not what the outcome is. See <see cref="OfDocument"/>.
    /// </summary>
    public required Func<string, string> Edit { get; init; }

    /// <summary>
    /// The version (<see cref="ConfigurationVersion"/>) of the text that the user saw. Where another client has changed it since, nothing is written
    /// (Conflict). Null: the change applies to whatever is there.
    /// </summary>
    public string? SeenVersion { get; init; }

    /// <summary>What it does, for the revision and the event: <c>Enable Coscheduling</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The reason given by the user.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Write it although a scheduler would not start with it.</summary>
    public bool Force { get; init; }

    /// <summary>How many revisions are kept, at least 2: the one in force and the one before.</summary>
    public int RevisionLimit { get; init; } = DefaultRevisionLimit;

    /// <summary>The release to check for; null: that of the scheduler's image.</summary>
    public int? Minor { get; init; }

    /// <summary>The known plugins, for the checks; null: the standard ones.</summary>
    public PluginCatalog? Catalog { get; init; }

    /// <summary>Whether to do it; asked once, with what differs, before anything is written.</summary>
    public Func<IReadOnlyList<SchedulerConfigurationDifference>, Task<bool>> Confirm { get; init; } = static _ => Task.FromResult(true);

    /// <summary>An edit of what the document says, made of an edit of its tree.</summary>
    /// <param name="scheduler">Names the text in messages.</param>
    /// <param name="edit">Changes the document.</param>
    public static Func<string, string> OfDocument(ClusterScheduler scheduler, Func<SchedulerDocument, SchedulerDocument> edit) =>
        text => edit(SchedulerDocument.Parse(text, scheduler.Source)).Text;
}

/// <summary>What became of a change.</summary>
/// <param name="IsWritten">False where all was so already, or it was not to be done.</param>
/// <param name="Revision">The revision in force now; null where none is known.</param>
/// <param name="PreviousRevision">The one in force before.</param>
/// <param name="Document">The configuration in force now; as it would be, where it was not to be done.</param>
/// <param name="Differences">What it says differently than before.</param>
/// <param name="Version">The version of the text that was changed, or would be; see <see cref="ConfigurationVersion"/>.</param>
public sealed record SchedulerChangeResult(
    bool IsWritten,
    long? Revision,
    long? PreviousRevision,
    SchedulerDocument Document,
    IReadOnlyList<SchedulerConfigurationDifference> Differences,
    string Version
);

/// <summary>Distinguishes texts of a configuration, so that a change can require that the text still is the one that was read.</summary>
public static class ConfigurationVersion
{
    public static string Of(string text) => RevisionAnnotation.HashOf(text);
}
