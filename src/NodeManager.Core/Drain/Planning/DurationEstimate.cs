namespace NodeManager.Core.Drain.Planning;

/// <summary>How long a drain will take.</summary>
/// <param name="Duration">At most; null where it does not end as things stand.</param>
/// <param name="Basis">What that rests on, or why there is none.</param>
internal sealed record DurationEstimate(TimeSpan? Duration, string Basis);
