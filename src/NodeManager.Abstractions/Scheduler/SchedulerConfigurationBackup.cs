namespace NodeManager;

/// <summary>A configuration that is kept: who made it, when, why, and what it changed.</summary>
public sealed class SchedulerConfigurationBackup : SchedulerObject
{
    /// <summary>Its number; null for a file.</summary>
    public long? Revision { get; init; }

    /// <summary>See <see cref="SchedulerBackupStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The change: <c>Enable Coscheduling</c>.</summary>
    public string Action { get; init; } = "";

    /// <summary>The user and machine, <c>user@machine</c>; empty for a change with another tool.</summary>
    public string By { get; init; } = "";

    /// <summary>The reason that the user gave.</summary>
    public string Reason { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The revision that it was made from; null for the first one.</summary>
    public long? PreviousRevision { get; init; }

    /// <summary>The differences from the revision on which it is based.</summary>
    public ItemList<string> Changes { get; init; } = ItemList<string>.Empty;

    /// <summary>The whole configuration, character for character.</summary>
    public required string Text { get; init; }

    /// <summary>Its storage: the name of the ControllerRevision, or a file.</summary>
    public string Location { get; init; } = "";

    public override string ToString() => Revision is { } number ? $"{ConfigMap}: revision {number}" : Location;
}
