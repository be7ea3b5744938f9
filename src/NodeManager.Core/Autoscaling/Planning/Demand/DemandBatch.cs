namespace NodeManager.Core.Autoscaling.Planning.Demand;

/// <summary>
/// Pods that wait are planned together: a second after the last one came, at the latest ten seconds after the first. Pure; a caller keeps it
/// and brings the time.
/// </summary>
/// <param name="First">When the first change came.</param>
/// <param name="Last">When the last one came.</param>
public sealed record DemandBatch(DateTimeOffset First, DateTimeOffset Last)
{
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>The batch with one more change; it begins one where there is none.</summary>
    public static DemandBatch Add(DemandBatch? batch, DateTimeOffset now) => batch is null ? new(now, now) : batch with { Last = now > batch.Last ? now : batch.Last };

    /// <summary>When to plan.</summary>
    public DateTimeOffset DueAt => Last + Idle < First + Longest ? Last + Idle : First + Longest;

    public bool IsDue(DateTimeOffset now) => now >= DueAt;
}
