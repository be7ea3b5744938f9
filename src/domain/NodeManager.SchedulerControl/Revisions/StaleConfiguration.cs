using NodeManager.Core.Progress;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>Detects pods that run another configuration than the ConfigMap's.</summary>
internal static class StaleConfiguration
{
    /// <summary>True if the pods were started with another configuration. False without a record of theirs.</summary>
    public static bool IsStale(LiveConfiguration live, long? running) =>
        running is not null && live.Annotation is not null && live.Revision != running;

    public static void WarnIfStale(LiveConfiguration live, long? running, IOperationObserver observer)
    {
        if (!IsStale(live, running))
            return;
        var what = live.Revision is { } revision
            ? $"revision {revision}"
            : $"a configuration that another client changed after revision {live.Annotation!.Revision}";
        observer.Warning(
            $"{live.Scheduler.Source} contains {what}; the pods of {live.Scheduler.Namespace}/{live.Scheduler.Deployment} were started with revision {running}. "
                + "Apply it with Restart-Scheduler; a crash also applies it."
        );
    }
}
