using NodeManager.Drains.Options;
using NodeManager.Maintenance.Options;

namespace NodeManager.Maintenance.Requests;

/// <summary>Converts options to and from their form in requests.</summary>
/// <remarks>The schema of <c>deploy/server/crd.yaml</c> is generated from the same options.</remarks>
internal static class DetachedOptions
{
    /// <summary>The parameter of an option that a server does not accept; null if there is none.</summary>
    public static string? Refusal(DrainOptions drain) =>
        DrainOption.All.FirstOrDefault(option => option.Use == DrainOptionUse.Cmdlet && option.IsSet(drain)) is { } bypass
            ? $"-{bypass.Parameter}"
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
            Drain = DrainFields.Write(drain),
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
            Drain = DrainFields.Read(spec.Drain ?? []) with { Reason = spec.Reason ?? "" },
        };
    }

    private static bool? Set(bool value) => value ? true : null;

    private static long? Seconds(TimeSpan? time) => time is { } known ? (long)Math.Ceiling(known.TotalSeconds) : null;

    private static TimeSpan? Time(long? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;
}
