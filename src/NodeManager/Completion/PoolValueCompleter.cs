using System.Collections;
using NodeManager.NodePools.Validation;

namespace NodeManager.Completion;

/// <summary>The values of existing pools, by parameter.</summary>
public sealed class PoolValueCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        parameter switch
        {
            "Status" => NodePoolPhase.All,
            "Health" => NodePoolHealth.All,
            "For" => [.. NodePoolPhase.All, .. NodePoolHealth.All, "Deleted", "Ready=True", "Degraded=False"],
            "DiskType" => PoolSpecRules.DiskTypesOf(bound["Type"] as string),
            _ => [],
        };
}

public sealed class PoolOfNodeCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.Select(static node => node.Pool).Where(static pool => pool.Length > 0).Distinct().Order(StringComparer.Ordinal);
}
