using System.Text.Json.Nodes;
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
            Drain = Write(drain),
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
            Drain = Read(spec.Drain ?? []) with { Reason = spec.Reason ?? "" },
        };
    }

    /// <summary>The fields of the options that are not the default.</summary>
    internal static JsonObject Write(DrainOptions drain) =>
        new(Offered.Where(option => option.IsSet(drain)).Select(option => KeyValuePair.Create(option.Field, ValueOf(option.Get(drain)))));

    /// <summary>Fields that are not of a request are ignored: the API server drops them.</summary>
    internal static DrainOptions Read(JsonObject fields) =>
        Offered.Aggregate(
            new DrainOptions(),
            (options, option) => fields[option.Field] is { } field ? option.Set(options, ValueOf(field, option.Type)) : options
        );

    private static IEnumerable<DrainOption> Offered => DrainOption.All.Where(static option => option.Use == DrainOptionUse.Anyone);

    private static JsonNode? ValueOf(object? value) =>
        value switch
        {
            TimeSpan time => Seconds(time),
            bool flag => flag,
            int number => number,
            _ => (string?)value,
        };

    private static object? ValueOf(JsonNode field, Type type) =>
        type == typeof(TimeSpan) ? TimeSpan.FromSeconds((long)field)
        : type == typeof(bool) ? (bool)field
        : type == typeof(int) ? (int)field
        : (string?)field;

    private static bool? Set(bool value) => value ? true : null;

    private static long? Seconds(TimeSpan? time) => time is { } known ? (long)Math.Ceiling(known.TotalSeconds) : null;

    private static TimeSpan? Time(long? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;
}
