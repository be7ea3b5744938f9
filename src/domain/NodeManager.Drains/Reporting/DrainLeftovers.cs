namespace NodeManager.Drains.Reporting;

/// <summary>Actions that continue in the cluster after a drain was interrupted.</summary>
public static class DrainLeftovers
{
    /// <summary>Sentences, each after a space; empty without any.</summary>
    public static string Describe(IEnumerable<NodeDrainBlocker> blockers)
    {
        ILookup<string, string> names = blockers.ToLookup(b => b.Kind, b => b.Name);
        return List("Still attached", names["VolumeAttachment"])
            + List("Not replaced yet", names["Replacement"])
            + string.Concat(names["Rollout"].Select(name => $" The rollout of {name} continues."));
    }

    private static string List(string title, IEnumerable<string> names) =>
        string.Join(", ", names) is { Length: > 0 } all ? $" {title}: {all}." : "";
}
