namespace NodeManager.Drains.Planning;

/// <param name="Duration">An upper bound; null if unknown or endless.</param>
/// <param name="Basis">The basis of the estimate, or why there is none.</param>
/// <param name="IsNever">True if the drain would start and not finish until something changes.</param>
internal sealed record DurationEstimate(TimeSpan? Duration, string Basis, bool IsNever = false);
