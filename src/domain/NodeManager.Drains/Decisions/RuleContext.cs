using NodeManager.Drains.Options;

namespace NodeManager.Drains.Decisions;

/// <param name="Options">UIDs of the existing DaemonSets, by namespace and name; null if they could not be read.</param>
public sealed record RuleContext(
    DrainOptions Options,
    IReadOnlyDictionary<(string Namespace, string Name), string>? DaemonSets,
    DateTimeOffset Now
);
