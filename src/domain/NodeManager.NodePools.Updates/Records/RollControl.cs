using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates.Records;

/// <summary>The users' requests for a running update: keys of its ConfigMap that its holder reads and others write.</summary>
/// <param name="PausedBy">The user who paused it; empty: not paused.</param>
/// <param name="StoppedBy">The user who stopped it; empty: not stopped.</param>
/// <param name="RollbackBy">The user who requested a rollback; empty: none.</param>
/// <param name="DrainTimeout">Overrides the option; null: unchanged.</param>
/// <param name="MaxSurge">Overrides the option; null: unchanged.</param>
/// <param name="MaxUnavailable">Overrides the option; null: unchanged.</param>
internal sealed record RollControl(
    string PausedBy,
    string StoppedBy,
    string RollbackBy,
    TimeSpan? DrainTimeout,
    string? MaxSurge,
    string? MaxUnavailable
)
{
    public const string PausedKey = "control.paused",
        StoppedKey = "control.stopped",
        RollbackKey = "control.rollback";
    public const string DrainTimeoutKey = "control.drainTimeout",
        MaxSurgeKey = "control.maxSurge",
        MaxUnavailableKey = "control.maxUnavailable";

    public static RollControl None { get; } = new("", "", "", null, null, null);

    public static RollControl Read(ConfigMap map)
    {
        Dictionary<string, string> data = map.Data ?? [];
        string Text(string key) => data.GetValueOrDefault(key, "");
        string? Set(string key) => Text(key) is { Length: > 0 } text ? text : null;
        return new(
            Text(PausedKey),
            Text(StoppedKey),
            Text(RollbackKey),
            TimeSpan.TryParse(Text(DrainTimeoutKey), CultureInfo.InvariantCulture, out TimeSpan timeout) ? timeout : null,
            Set(MaxSurgeKey),
            Set(MaxUnavailableKey)
        );
    }

    /// <summary>The keys of the ConfigMap for a user's change.</summary>
    public static JsonObject DataOf(PoolUpdateChange change, string user)
    {
        JsonObject data = [];
        if (change.Pause is { } pause)
            data[PausedKey] = pause ? $"by {user}" : "";
        if (change.Stop)
            data[StoppedKey] = user;
        if (change.Rollback)
            data[RollbackKey] = user;
        if (change.Rollback || change.Stop)
            data[PausedKey] = "";
        if (change.DrainTimeout is { } timeout)
            data[DrainTimeoutKey] = timeout.ToString("c", CultureInfo.InvariantCulture);
        if (change.MaxSurge is { } surge)
            data[MaxSurgeKey] = surge;
        if (change.MaxUnavailable is { } unavailable)
            data[MaxUnavailableKey] = unavailable;
        return data;
    }
}
