using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.NodePools.Validation;

namespace NodeManager.Completion;

/// <summary>The values of existing pools, by parameter.</summary>
public sealed class PoolValueCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completions.From(
            parameterName switch
            {
                "Status" => NodePoolPhase.All,
                "Health" => NodePoolHealth.All,
                "For" => [.. NodePoolPhase.All, .. NodePoolHealth.All, "Deleted", "Ready=True", "Degraded=False"],
                "DiskType" => PoolSpecRules.DiskTypesOf(fakeBoundParameters["Type"] as string),
                _ => [],
            },
            wordToComplete
        );
}

public sealed class PoolOfNodeCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.Select(static node => node.Pool).Where(static pool => pool.Length > 0).Distinct().Order(StringComparer.Ordinal);
}
