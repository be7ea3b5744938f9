namespace NodeManager.Drains.Planning;

/// <summary>How long a drain will take.</summary>
/// <param name="Duration">At most; null where it is not known, or never ends.</param>
/// <param name="Basis">What that rests on, or why there is none.</param>
/// <param name="IsNever">True when the drain would start and not finish until something changes.</param>
internal sealed record DurationEstimate(TimeSpan? Duration, string Basis, bool IsNever = false);
