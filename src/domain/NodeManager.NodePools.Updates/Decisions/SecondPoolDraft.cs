using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Updates.Decisions;

internal static class SecondPoolDraft
{
    // From the service's specification.
    private const int LongestName = 63;

    /// <summary><c>workers</c> is followed by <c>workers-2</c>, then by <c>workers-3</c>.</summary>
    public static string NameAfter(string pool)
    {
        int dash = pool.LastIndexOf('-');
        bool isNumbered =
            dash > 0
            && pool.Length - dash is > 1 and <= 5
            && int.TryParse(pool[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        int next = isNumbered ? int.Parse(pool[(dash + 1)..], CultureInfo.InvariantCulture) + 1 : 2;
        string suffix = string.Create(CultureInfo.InvariantCulture, $"-{next}"),
            stem = isNumbered ? pool[..dash] : pool;
        return stem[..Math.Min(stem.Length, LongestName - suffix.Length)].TrimEnd('-') + suffix;
    }

    /// <summary>The changed specification, with the current number of nodes: a service's autoscaler would start with its minimum.</summary>
    /// <param name="nodes">The number of nodes of the first pool.</param>
    public static PoolDraft Of(PoolRecord pool, string name, JsonObject patch, int nodes)
    {
        JsonObject spec = PoolMerge.Apply(pool.Spec, patch);
        if (spec["autoscaling"] is JsonObject scaling && (bool?)scaling["enabled"] == true && !patch.ContainsKey("nodeCount"))
        {
            int maximum = scaling["maxNodes"].AsNumber() is { } max ? (int)Math.Min(max, int.MaxValue) : int.MaxValue;
            spec["nodeCount"] = Math.Max(0, Math.Min(nodes, maximum));
        }

        return new(name, pool.ClusterId, spec);
    }
}
