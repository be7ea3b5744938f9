using NodeManager.Core.Nodes.Claims;

namespace NodeManager.Runs.Claims;

/// <param name="Other">The live claim of another run; null if this run has the node.</param>
/// <param name="TakenFrom">The claim of an expired run that was taken over.</param>
/// <param name="IsInWork">True if this run had cordoned the node before and it is still cordoned.</param>
public sealed record ClaimOutcome(MaintenanceClaim? Other, MaintenanceClaim? TakenFrom, bool IsInWork);
