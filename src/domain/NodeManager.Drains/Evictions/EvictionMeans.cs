using NodeManager.Drains.Budgets;
using NodeManager.Drains.Workloads;

namespace NodeManager.Drains.Evictions;

/// <summary>What the nodes of a run share to evict their pods.</summary>
internal sealed record EvictionMeans(
    BudgetRegistry Budgets,
    BudgetOverrides Overrides,
    Surge Surge,
    WorkloadLimits Workloads,
    EvictionRequests Requests
);
