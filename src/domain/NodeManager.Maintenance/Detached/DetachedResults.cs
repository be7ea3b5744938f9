using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Detached;

/// <summary>The outcomes of drains in the status of a request.</summary>
internal static class DetachedResults
{
    public const int LongestText = 500;

    // A request is one object of at most 1.5 MiB.
    private const int MaximumNodes = 50;
    private const int MaximumTexts = 10;

    /// <summary>The node with its outcome.</summary>
    /// <param name="nodes">The nodes of the request.</param>
    public static DetachedNode Ended(DetachedNode node, DrainOutcome outcome, int nodes) =>
        node with
        {
            Status = outcome.Failure is null ? NodeMaintenanceStatus.Completed : NodeMaintenanceStatus.Failed,
            Step = outcome.Failure is null ? "" : node.Step,
            Message = outcome.Failure?.Message ?? $"{outcome.Result?.Evicted ?? 0} pods evicted.",
            Blockers = NamesOf(outcome.Result),
            Result = Of(outcome, nodes),
        };

    /// <summary>Null in requests of many nodes.</summary>
    public static DetachedResult? Of(DrainOutcome outcome, int nodes) =>
        nodes > MaximumNodes
            ? null
            : new()
            {
                Status = outcome.Result?.Status ?? NodeDrainStatus.Failed,
                Evicted = outcome.Result?.Evicted ?? 0,
                Message = Short(outcome.Result?.Message ?? outcome.Failure?.Message),
                Blockers = Short(outcome.Result?.Blockers.Select(static blocker => blocker.ToString())),
                Events = Short(outcome.Result?.Blockers.SelectMany(static blocker => blocker.Events).Distinct()),
                Error = outcome.Failure?.ErrorId,
                Action = Short(outcome.Failure?.RecommendedAction),
            };

    public static IReadOnlyList<string> NamesOf(NodeDrainResult? drain) =>
        drain is null ? [] : [.. drain.Blockers.Select(static blocker => $"{blocker.Kind} {blocker.Name}")];

    private static string? Short(string? text) => string.IsNullOrEmpty(text) ? null : DisplayText.Truncate(text, LongestText);

    private static IReadOnlyList<string> Short(IEnumerable<string>? texts) =>
        [.. (texts ?? []).Take(MaximumTexts).Select(static one => Short(one) ?? "")];
}
