using NodeManager.Core.Scheduler.Revisions;

namespace NodeManager.Core.Scheduler.Restarts;

/// <summary>How a scheduler is to be restarted.</summary>
public sealed record SchedulerRestartRequest
{
    /// <summary>How long the new pods may take to be ready and lead; the same again where the former configuration is put back.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Leave things as they are when the new pods do not start.</summary>
    public bool NoRollback { get; init; }

    /// <summary>Why, in the words of whoever does it.</summary>
    public string Reason { get; init; } = "";

    /// <summary>How many revisions are kept.</summary>
    public int RevisionLimit { get; init; } = SchedulerChange.DefaultRevisionLimit;
}
