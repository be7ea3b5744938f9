using NodeManager.Drains.Reporting;
using NodeManager.Drains.Workloads;

namespace NodeManager.Drains.Execution;

internal static class UnfinishedWaits
{
    /// <param name="volumes">Null if the drain did not wait for volumes.</param>
    /// <param name="replacements">Null if the drain did not wait for replacements.</param>
    public static IEnumerable<NodeDrainBlocker> Of(string node, DrainEnd end, VolumeDetachment? volumes, Replacements? replacements)
    {
        if (end is DrainEnd.TimedOut or DrainEnd.Cancelled or DrainEnd.CalledOff or DrainEnd.Stopped)
        {
            foreach (string volume in volumes?.Attached ?? [])
                yield return new()
                {
                    Kind = "VolumeAttachment",
                    Name = volume,
                    Message = $"The volume is still attached to {node}.",
                };
        }

        if (end == DrainEnd.NodeDeleted)
            yield return new()
            {
                Kind = "Node",
                Name = node,
                Message = "The Node object was deleted during the drain.",
            };
        if (end == DrainEnd.Complete)
            yield break;
        foreach (WorkloadPods missing in replacements?.Missing ?? [])
        {
            yield return new()
            {
                Kind = "Replacement",
                Name = missing.Title,
                Message = $"{missing.Describe()}.",
                UnhealthyPods = new([.. missing.PendingByName]),
                Outlook = missing.IsStuck ? BudgetOutlook.Never : BudgetOutlook.Slow,
                Remedy = missing.IsStuck ? "Free capacity for its pods, or fix what prevents them from starting." : "",
            };
        }
    }
}
