namespace NodeManager;

/// <summary>The values of <see cref="SchedulerRestartResult.Status"/>.</summary>
public static class SchedulerRestartStatus
{
    /// <summary>The new pods are ready, and one of them leads.</summary>
    public const string Restarted = nameof(Restarted);

    /// <summary>The new pods did not start; the scheduler runs with the former configuration again.</summary>
    public const string RolledBack = nameof(RolledBack);

    /// <summary>The new pods did not start, and the former configuration was not restored.</summary>
    public const string Failed = nameof(Failed);
}
