using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.Core.Scheduler.Revisions;

/// <summary>What became of a change.</summary>
/// <param name="IsWritten">False where all was so already, or it was not to be done.</param>
/// <param name="Revision">The revision in force now; null where none is known.</param>
/// <param name="PreviousRevision">The one in force before.</param>
/// <param name="Document">The configuration in force now; as it would be, where it was not to be done.</param>
/// <param name="Differences">What it says differently than before.</param>
public sealed record SchedulerChangeResult(
    bool IsWritten,
    long? Revision,
    long? PreviousRevision,
    SchedulerDocument Document,
    IReadOnlyList<SchedulerConfigurationDifference> Differences);
