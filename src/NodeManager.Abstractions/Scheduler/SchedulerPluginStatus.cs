namespace NodeManager;

/// <summary>The values of <see cref="SchedulerPlugin.Status"/>.</summary>
public static class SchedulerPluginStatus
{
    /// <summary>Runs, because the configuration enables it.</summary>
    public const string Enabled = nameof(Enabled);

    /// <summary>Would run by default or by <c>multiPoint</c>; the configuration switches it off.</summary>
    public const string Disabled = nameof(Disabled);

    /// <summary>Runs as it does without a configuration.</summary>
    public const string Default = nameof(Default);
}
