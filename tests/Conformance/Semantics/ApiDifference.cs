namespace NodeManager.Conformance.Semantics;

/// <summary>A request to which the servers answered differently.</summary>
internal sealed record ApiDifference(ApiStep Step, IReadOnlyList<Discrepancy> Discrepancies)
{
    public override string ToString() => $"[{Step.Kind.Kind}: {Step.Label}] {Step}\n    {string.Join("\n    ", Discrepancies)}";
}
