namespace NodeManager.Conformance.Semantics;

/// <param name="Reason">As the documentation has it.</param>
/// <param name="Applies">Whether a discrepancy is this one: the request, what differs, the minor version.</param>
internal sealed record KnownDifference(string Reason, Func<ApiStep, Discrepancy, int, bool> Applies);
