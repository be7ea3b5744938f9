namespace NodeManager;

/// <summary>One step of a node's maintenance.</summary>
public sealed class NodeMaintenanceStep
{
    /// <summary>See <see cref="NodeMaintenanceStepName"/>.</summary>
    public required string Name { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while it is in progress, and where it was interrupted or failed.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public TimeSpan? Duration => EndedAt - StartedAt;

    /// <summary>The user and machine of the step, as <c>user@machine</c>.</summary>
    public string By { get; init; } = "";

    public override string ToString() => EndedAt is null ? $"{Name} …" : Name;
}
