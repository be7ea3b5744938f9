using NodeManager.Core.Progress;

namespace NodeManager.Maintenance.Batches;

/// <summary>The label that divides nodes into groups: a batch has nodes of one group.</summary>
internal static class TopologyGroup
{
    /// <summary>The label's value; empty if the node does not have it, null without a label key.</summary>
    public static string? GroupOf(Node node, string key) => key.Length > 0 ? node.Metadata.Labels?.GetValueOrDefault(key) ?? "" : null;

    /// <summary>Warns of nodes without the label: they form one group.</summary>
    /// <exception cref="NodeManagerException">MaintenanceInvalid: no node has it.</exception>
    public static void Check(IReadOnlyCollection<Node> nodes, string key, IOperationObserver observer)
    {
        if (key.Length == 0 || nodes.Count == 0)
            return;
        string[] without = [.. nodes.Where(n => n.Metadata.Labels?.ContainsKey(key) != true).Select(n => n.Metadata.Name)];
        if (without.Length == nodes.Count)
        {
            string[] similar =
            [
                .. nodes
                    .SelectMany(n => n.Metadata.Labels?.Keys ?? Enumerable.Empty<string>())
                    .Distinct()
                    .Where(k => k.StartsWith("topology.", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ];
            throw new NodeManagerException(
                ErrorIds.MaintenanceInvalid,
                ErrorKind.InvalidArgument,
                $"None of the nodes has the label '{key}'.",
                key,
                $"Specify a label key of the nodes{(similar.Length > 0 ? $", such as {string.Join(", ", similar)}" : "")}."
            );
        }

        if (without.Length > 0)
            observer.Warning(
                $"{NameList.Of(without)} {(without.Length == 1 ? "does" : "do")} not have the label '{key}'; nodes without it form one group."
            );
    }
}
