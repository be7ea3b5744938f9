namespace NodeManager;

/// <summary>The values of <see cref="SchedulerHealthFinding.Status"/>.</summary>
public static class SchedulerHealthStatus
{
    public const string Healthy = nameof(Healthy);

    /// <summary>It works, but needs attention.</summary>
    public const string Warning = nameof(Warning);

    /// <summary>It does not work, or will not after its next start.</summary>
    public const string Error = nameof(Error);

    /// <summary>It could not be checked: a permission is missing.</summary>
    public const string Unknown = nameof(Unknown);
}
