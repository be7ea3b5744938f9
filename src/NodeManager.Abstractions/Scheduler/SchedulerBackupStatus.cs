namespace NodeManager;

/// <summary>The values of <see cref="SchedulerConfigurationBackup.Status"/>.</summary>
public static class SchedulerBackupStatus
{
    /// <summary>The current content of the ConfigMap.</summary>
    public const string Current = nameof(Current);

    /// <summary>A former content of the ConfigMap.</summary>
    public const string Former = nameof(Former);

    /// <summary>Prepared and never written: the change was interrupted.</summary>
    public const string NotWritten = nameof(NotWritten);
}
