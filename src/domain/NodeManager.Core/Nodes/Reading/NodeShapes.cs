using System.Runtime.CompilerServices;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Shares equal amounts of nodes: equal amounts of a list are one dictionary. Thread-safe.</summary>
internal static class NodeShapes
{
    private static readonly ConditionalWeakTable<Dictionary<string, Quantity>, NodeResources> Known = [];

    public static NodeResources Of(Dictionary<string, Quantity>? amounts) =>
        amounts is null ? new() : Known.GetValue(amounts, static amounts => amounts.ToNodeResources());
}
