namespace NodeManager.Completion;

/// <summary>What can be waited for: the states, then the conditions of the cluster's nodes.</summary>
public sealed class WaitConditionCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        ["Ready", "NotReady", "Unknown", "Cordoned", "Deleted", .. NodeLifecycleCondition.All, .. nodes.SelectMany(n => n.Conditions).Select(c => c.Type).Distinct().SelectMany(t => new[] { $"{t}=True", $"{t}=False" })];
}
