namespace NodeManager;

/// <summary>The effect of a configuration on a pod.</summary>
public static class SchedulerSimulationOutcome
{
    /// <summary>It runs on one of the best nodes.</summary>
    public const string Stays = nameof(Stays);

    /// <summary>If it were scheduled again, it would be placed on another node. A running pod is not moved by a scheduler.</summary>
    public const string Moves = nameof(Moves);

    /// <summary>It waits now and would be placed.</summary>
    public const string Starts = nameof(Starts);

    /// <summary>No node takes it: it would wait, or wait on.</summary>
    public const string Waits = nameof(Waits);

    /// <summary>Rules that cannot be judged from outside decide.</summary>
    public const string Unknown = nameof(Unknown);
}
