using System.Collections.Frozen;
using NodeManager.Server.Access;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Delegation;

/// <summary>What callers of each tool for agents must be allowed to do in the cluster. A tool that is not here is refused.</summary>
internal static class ToolRules
{
    private static readonly AccessNeed[] ReadScheduler = [new("get", "configmaps")],
        ReadPools = [Pool("list")];

    private static readonly FrozenDictionary<string, AccessNeed[]> Rules = new Dictionary<string, AccessNeed[]>
    {
        ["cluster_summary"] = [ListNodes, ListPods],
        ["node_health"] = [ListNodes, ListPods, ListEvents],
        ["list_nodes"] = [ListNodes],
        ["get_node"] = [ListNodes, ListPods],
        ["list_pods"] = [ListNodes, ListPods],
        ["drain_plan"] = [ListNodes, ListPods],
        ["maintenance_plan"] = [ListNodes, ListPods],
        ["select_node"] = [ListNodes, ListPods],
        ["list_maintenances"] = [ListNodes, ListRuns],
        ["scheduler_configuration"] = ReadScheduler,
        ["scheduler_plugins"] = ReadScheduler,
        ["list_pools"] = ReadPools,
        ["autoscaler_decisions"] = [.. ReadPools, ListPods],
        // Plans are the caller's own; one of them in full names pods.
        ["get_plan"] = [ListPods],
        ["list_plans"] = [],
        ["get_operation"] = [ListNodes, ListPods],
        ["request_change"] = [ListNodes, ListPods, PatchNodes],
        ["apply_plan"] = [PatchNodes, ListPods],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a drain takes besides.</summary>
    public static AccessNeed Drain => EvictPods;

    /// <summary>Null for a tool that callers of the cluster have no access to.</summary>
    public static IReadOnlyList<AccessNeed>? Find(string tool) => Rules.GetValueOrDefault(tool);
}
