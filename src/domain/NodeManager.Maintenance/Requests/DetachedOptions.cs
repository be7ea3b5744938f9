using NodeManager.Drains.Options;
using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance.Requests;

/// <summary>Options as a request has them, and back. Pure.</summary>
internal static class DetachedOptions
{
    /// <summary>Why these options cannot be left to a server; null where they can.</summary>
    public static string? Refusal(DrainOptions drain) =>
        drain.DisableEviction ? "-DisableEviction"
        : drain.ForceStuck is not null ? "-ForceStuck"
        : drain.OverrideBudgetAfter is not null ? "-OverrideBudgetAfter"
        : drain.OverrideBudgetConcurrently ? "-OverrideBudgetConcurrently"
        : null;

    public static DetachedSpec Write(MaintenanceOptions options, bool isDrain)
    {
        DrainOptions drain = options.Drain;
        return new()
        {
            Type = isDrain ? DetachedType.Drain : DetachedType.Maintenance,
            Reason = drain.Reason.Length > 0 ? drain.Reason : null,
            Windows = options.Windows.Count > 0 ? [.. options.Windows] : null,
            Maintenance = isDrain
                ? null
                : new()
                {
                    MaxUnavailable = options.MaxUnavailable,
                    TopologyKey = options.TopologyKey.Length > 0 ? options.TopologyKey : null,
                    WaitForReboot = Set(options.WaitForReboot),
                    IncludeControlPlane = Set(options.IncludeControlPlane),
                    WaitReadyTimeoutSeconds = Seconds(options.WaitReadyTimeout),
                    SoakSeconds = options.Soak > TimeSpan.Zero ? Seconds(options.Soak) : null,
                    OnError = $"{options.OnError}",
                },
            Drain = new()
            {
                DeleteUnmanagedPods = Set(drain.DeleteUnmanagedPods),
                DeleteEmptyDirData = Set(drain.DeleteEmptyDirData),
                Surge = Set(drain.Surge),
                Once = Set(drain.Once),
                WaitForReplacement = Set(drain.WaitForReplacement),
                PodSelector = drain.PodSelector,
                GracePeriodSeconds = Seconds(drain.GracePeriod),
                TimeoutSeconds = Seconds(drain.Timeout),
                SkipWaitForDeleteTimeoutSeconds = Seconds(drain.SkipWaitForDeleteTimeout),
                VolumeDetachTimeoutSeconds = Seconds(drain.VolumeDetachTimeout),
                WaitForJobSeconds = Seconds(drain.WaitForJob),
                SurgeTimeoutSeconds = Seconds(drain.SurgeTimeout),
                MaxParallelEvictions = drain.MaxParallelEvictions,
                ThrottleLimit = drain.ThrottleLimit,
                EvictionApi = drain.EvictionApi == EvictionApi.Auto ? null : drain.EvictionApi,
                Condition = drain.Condition == ConditionUse.Auto ? null : drain.Condition,
            },
        };
    }

    public static MaintenanceOptions Read(DetachedSpec spec)
    {
        MaintenanceOptions standard = new();
        DetachedRules rules = spec.Maintenance ?? new();
        return new()
        {
            MaxUnavailable = rules.MaxUnavailable ?? standard.MaxUnavailable,
            TopologyKey = rules.TopologyKey ?? "",
            WaitForReboot = rules.WaitForReboot == true,
            IncludeControlPlane = rules.IncludeControlPlane == true,
            WaitReadyTimeout = Time(rules.WaitReadyTimeoutSeconds) ?? standard.WaitReadyTimeout,
            Soak = Time(rules.SoakSeconds) ?? TimeSpan.Zero,
            OnError = Enum.TryParse(rules.OnError, out MaintenanceErrorAction action) ? action : standard.OnError,
            Windows = spec.Windows ?? [],
            Drain = Read(spec.Drain ?? new(), spec.Reason ?? ""),
        };
    }

    private static DrainOptions Read(DetachedDrain drain, string reason) =>
        new()
        {
            DeleteUnmanagedPods = drain.DeleteUnmanagedPods == true,
            DeleteEmptyDirData = drain.DeleteEmptyDirData == true,
            Surge = drain.Surge == true,
            Once = drain.Once == true,
            WaitForReplacement = drain.WaitForReplacement == true,
            PodSelector = drain.PodSelector,
            GracePeriod = Time(drain.GracePeriodSeconds),
            Timeout = Time(drain.TimeoutSeconds),
            SkipWaitForDeleteTimeout = Time(drain.SkipWaitForDeleteTimeoutSeconds),
            VolumeDetachTimeout = Time(drain.VolumeDetachTimeoutSeconds),
            WaitForJob = Time(drain.WaitForJobSeconds),
            SurgeTimeout = Time(drain.SurgeTimeoutSeconds),
            MaxParallelEvictions = drain.MaxParallelEvictions,
            ThrottleLimit = drain.ThrottleLimit ?? new DrainOptions().ThrottleLimit,
            EvictionApi = drain.EvictionApi ?? EvictionApi.Auto,
            Condition = drain.Condition ?? ConditionUse.Auto,
            Reason = reason,
        };

    private static bool? Set(bool value) => value ? true : null;

    private static long? Seconds(TimeSpan? time) => time is { } known ? (long)Math.Ceiling(known.TotalSeconds) : null;

    private static TimeSpan? Time(long? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;
}
