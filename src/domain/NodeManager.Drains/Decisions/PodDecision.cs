namespace NodeManager.Drains.Decisions;

/// <summary>What all rules together say about a pod.</summary>
/// <param name="Decision">See <see cref="DrainDecision"/>.</param>
/// <param name="Rule">The rule that decided.</param>
/// <param name="Reason">Its words; of several refusals, those of all.</param>
/// <param name="Warnings">Every rule's warnings.</param>
/// <param name="PermittedBy">Of a refusal: the options that permit the eviction, all of which are needed.</param>
internal sealed record PodDecision(
    string Decision,
    string Rule,
    string Reason,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> PermittedBy
);
