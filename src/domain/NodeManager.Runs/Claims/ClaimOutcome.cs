using NodeManager.Core.Nodes.Claims;

namespace NodeManager.Runs.Claims;

/// <summary>How claiming a node ended.</summary>
/// <param name="Other">The claim of another run that has the node, which is not known to be dead; null when the node is ours now.</param>
/// <param name="TakenFrom">The claim of the dead run that it was taken from.</param>
/// <param name="IsInWork">True when this run had cordoned it before, and it still is.</param>
public sealed record ClaimOutcome(MaintenanceClaim? Other, MaintenanceClaim? TakenFrom, bool IsInWork);
