namespace NodeManager;

/// <summary>A change of a scheduler that is relevant to monitors: see <see cref="NodeManagerSession.SchedulerAlert"/>.</summary>
public sealed class SchedulerAlertEventArgs : EventArgs
{
    /// <summary>
    /// <c>SchedulerConfigurationChanged</c>, <c>SchedulerRestarted</c>, <c>SchedulerRolledBack</c> or <c>SchedulerRestartFailed</c>: the reason of the Kubernetes Event;
    /// <c>SchedulerUnhealthy</c> or <c>SchedulerHealthy</c>: what Test-SchedulerHealth found.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The scheduler, as messages name it.</summary>
    public required string Scheduler { get; init; }

    public required string Message { get; init; }
}
