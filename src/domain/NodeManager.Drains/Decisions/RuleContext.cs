using NodeManager.Drains.Options;

namespace NodeManager.Drains.Decisions;

/// <summary>What the rules know besides the pod.</summary>
/// <param name="Options">What the user allows.</param>
/// <param name="DaemonSets">UIDs of the DaemonSets that exist, by namespace and name; null when they could not be read.</param>
/// <param name="Now">The cluster's time.</param>
public sealed record RuleContext(
    DrainOptions Options,
    IReadOnlyDictionary<(string Namespace, string Name), string>? DaemonSets,
    DateTimeOffset Now
);
