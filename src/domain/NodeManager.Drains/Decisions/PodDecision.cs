namespace NodeManager.Drains.Decisions;

/// <summary>The combined verdict of all rules on a pod.</summary>
/// <param name="PermittedBy">For a refusal: the options that together permit the eviction.</param>
internal sealed record PodDecision(
    string Decision,
    string Rule,
    string Reason,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> PermittedBy
);
