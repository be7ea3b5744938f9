namespace NodeManager.Core.Health.Checks;

/// <summary>What one rule sees, before it is known what it is a part of.</summary>
/// <param name="Cause">See <see cref="NodeFinding.Cause"/>.</param>
/// <param name="Severity">One of <see cref="NodeFindingSeverity"/>.</param>
/// <param name="Message">One sentence without durations, so that it stays the same while nothing changes.</param>
/// <param name="Since">When it began; null where it is unknown.</param>
/// <param name="Evidence">The strongest first.</param>
public sealed record HealthSignal(
    string Cause,
    string Severity,
    string Message,
    DateTimeOffset? Since,
    IReadOnlyList<NodeEvidence> Evidence
);
