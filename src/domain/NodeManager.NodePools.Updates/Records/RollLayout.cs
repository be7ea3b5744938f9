using System.Security.Cryptography;
using System.Text;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Records;

/// <summary>
/// The layout of a pool's update: one ConfigMap and one Lease, in the pool's namespace. The last update of a pool is kept.
/// </summary>
internal static class RollLayout
{
    public const string Format = "1",
        FormatKey = "format",
        IdKey = "id",
        RecordKey = "update",
        StateKey = "state",
        NodePrefix = "machine.";

    /// <summary>Marks ConfigMap and Lease; the value is <see cref="RunOf"/>.</summary>
    public const string Label = "nodemanager.io/pool-update";

    // A label's value has 63 characters.
    private const int Longest = 43;

    /// <summary>The run id for claims of nodes, names and labels.</summary>
    /// <param name="isService">True for a pool of a service.</param>
    public static string RunOf(string pool, bool isService) => (isService ? "service" : "") + Shortened(isService ? pool.Trim('-') : pool);

    /// <summary>The name of the ConfigMap, and of the Lease.</summary>
    public static string NameOf(string pool, bool isService) => RunLayout.NameOf(RunOf(pool, isService));

    private static string Shortened(string pool) =>
        "pool-"
        + (
            pool.Length <= Longest
                ? pool
                : $"{pool[..30].TrimEnd('.', '-')}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pool)))[..12]}"
        );
}
