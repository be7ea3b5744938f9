using System.Globalization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.NodePools.Updates.Records;

/// <summary>The requests of users for an update while it runs, wherever it runs: keys of its ConfigMap that its holder reads and others write.</summary>
/// <param name="PausedBy">The user who paused it; empty if it is not paused.</param>
/// <param name="StoppedBy">The user who stopped it; empty if it is not stopped.</param>
/// <param name="RollbackBy">The user who requested a rollback; empty without a rollback.</param>
/// <param name="DrainTimeout">In place of the option; null: as begun.</param>
/// <param name="MaxSurge">In place of the option; null: as begun.</param>
/// <param name="MaxUnavailable">In place of the option; null: as begun.</param>
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
}
