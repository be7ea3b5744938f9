namespace NodeManager;

/// <summary>The kinds of a <see cref="SchedulerMeasurement"/>.</summary>
public static class SchedulerMeasurementKind
{
    /// <summary>Attempts to schedule a pod.</summary>
    public const string Attempt = nameof(Attempt);

    /// <summary>Runs of an extension point with all its plugins.</summary>
    public const string ExtensionPoint = nameof(ExtensionPoint);

    /// <summary>Runs of one plugin at one point, in the tenth of the cycles that the scheduler times.</summary>
    public const string Plugin = nameof(Plugin);
}
