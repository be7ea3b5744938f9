namespace NodeManager.Core.Health.Checks;

/// <summary>The result of one rule, before signals of one incident are joined.</summary>
/// <param name="Cause">See <see cref="NodeFinding.Cause"/>.</param>
/// <param name="Message">One sentence without durations, so that it does not change with time.</param>
/// <param name="Since">Null if unknown.</param>
/// <param name="Evidence">The strongest first.</param>
public sealed record HealthSignal(
    string Cause,
    string Severity,
    string Message,
    DateTimeOffset? Since,
    IReadOnlyList<NodeEvidence> Evidence
);
