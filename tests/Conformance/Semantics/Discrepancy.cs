namespace NodeManager.Conformance.Semantics;

/// <summary>One difference between two answers.</summary>
/// <param name="Field">Where: <c>code</c>, <c>warnings</c>, <c>headers</c>, or the path in the body.</param>
/// <param name="Real">What the real server said.</param>
/// <param name="Ours">What the embedded cluster said.</param>
internal sealed record Discrepancy(string Field, string Real, string Ours)
{
    public override string ToString() => $"{Field}\n      real: {Real}\n      ours: {Ours}";
}
