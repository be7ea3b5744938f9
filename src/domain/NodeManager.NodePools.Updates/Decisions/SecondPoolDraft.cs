using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Updates.Decisions;

/// <summary>What the second pool of an update is like. Pure.</summary>
internal static class SecondPoolDraft
{
    // Of the service's specification.
    private const int LongestName = 63;

    /// <summary><c>workers</c> is followed by <c>workers-2</c>, that by <c>workers-3</c>.</summary>
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

    /// <summary>The changed specification, with as many nodes as the first pool has at the moment: a service's autoscaler would begin with the fewest.</summary>
    /// <param name="pool">The first pool.</param>
    /// <param name="name">Of the second.</param>
    /// <param name="patch">The change.</param>
    /// <param name="nodes">That the first pool has.</param>
    public static PoolDraft Of(PoolRecord pool, string name, JsonObject patch, int nodes)
    {
        JsonObject spec = PoolMerge.Apply(pool.Spec, patch);
        if (spec["autoscaling"] is JsonObject scaling && (bool?)scaling["enabled"] == true && !patch.ContainsKey("nodeCount"))
        {
            int most = scaling["maxNodes"].AsNumber() is { } max ? (int)Math.Min(max, int.MaxValue) : int.MaxValue;
            spec["nodeCount"] = Math.Max(0, Math.Min(nodes, most));
        }

        return new(name, pool.ClusterId, spec);
    }
}
