using NodeManager.Core.Progress;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>Whether the pods run the configuration that the ConfigMap holds.</summary>
internal static class StaleConfiguration
{
    /// <summary>
    /// True where the pods were started with another configuration than the ConfigMap holds. False also without a record of what they were
    /// started with.
    /// </summary>
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
