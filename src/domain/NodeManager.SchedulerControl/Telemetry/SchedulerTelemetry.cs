using System.Diagnostics.Metrics;
using NodeManager.SchedulerConfigurations.Comparing;

namespace NodeManager.SchedulerControl.Telemetry;

/// <summary>Counts actions on schedulers, for the meter <c>NodeManager.Scheduler</c> and for users. Lives as long as the process.</summary>
public static class SchedulerTelemetry
{
    public const string MeterName = "NodeManager.Scheduler";

    private static readonly Meter Meter = new(MeterName);
    private static readonly NamedCounter Enabled = new("Enabled", "nodemanager.scheduler.plugins.enabled", "{plugin}");
    private static readonly NamedCounter Disabled = new("Disabled", "nodemanager.scheduler.plugins.disabled", "{plugin}");
    private static readonly NamedCounter Updated = new("Updated", "nodemanager.scheduler.settings.updated", "{setting}");
    private static readonly NamedCounter Restarts = new("Restarts", "nodemanager.scheduler.restarts", "{restart}");
    private static readonly NamedCounter Failures = new("Failures", "nodemanager.scheduler.restart.failures", "{restart}");
    private static readonly NamedCounter Rollbacks = new("Rollbacks", "nodemanager.scheduler.rollbacks", "{restart}");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("nodemanager.scheduler.restart.duration", "s");
    private static long s_restartTicks;

    public static IReadOnlyList<SchedulerCounter> Read() =>
        [
            Enabled.Read(),
            Disabled.Read(),
            Updated.Read(),
            Restarts.Read(TimeSpan.FromTicks(Interlocked.Read(ref s_restartTicks))),
            Failures.Read(),
            Rollbacks.Read(),
        ];

    public static void Changed(ChangeCount change)
    {
        Enabled.Add(change.Enabled);
        Disabled.Add(change.Disabled);
        Updated.Add(change.Updated);
    }

    /// <summary>Counts a restart, whatever its outcome.</summary>
    internal static void Restarted(SchedulerRestartResult result)
    {
        Restarts.Add();
        Interlocked.Add(ref s_restartTicks, result.Duration.Ticks);
        Durations.Record(result.Duration.TotalSeconds, new KeyValuePair<string, object?>("status", result.Status));
        if (result.Status != SchedulerRestartStatus.Restarted)
            Failures.Add();
        if (result.Status == SchedulerRestartStatus.RolledBack)
            Rollbacks.Add();
    }

    private sealed class NamedCounter(string name, string instrument, string unit)
    {
        private readonly Counter<long> _counter = Meter.CreateCounter<long>(instrument, unit);
        private long _count;

        public void Add(int more = 1)
        {
            Interlocked.Add(ref _count, more);
            _counter.Add(more);
        }

        public SchedulerCounter Read(TimeSpan? duration = null) =>
            new()
            {
                Name = name,
                Count = Interlocked.Read(ref _count),
                Duration = duration,
            };
    }
}
