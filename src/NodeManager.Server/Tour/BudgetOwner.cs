using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Server.Tour;

/// <summary>
/// The tour's second user, who owns the blocking PDBs and relaxes them once nothing else is pending, so that the drain visibly continues.
/// </summary>
internal sealed class BudgetOwner(NodeManagerSession session, NodeDrainPlan plan, IOperationObserver observer)
{
    public async Task LowerWhenOthersAreGoneAsync(CancellationToken cancellationToken)
    {
        HashSet<string> others = [.. plan.Pods.Where(p => p.Decision == DrainDecision.Evict && !p.BlockedByBudget).Select(p => p.Uid)];
        KubernetesClient client = session.Connection().Client;
        using (NodeCaches<Pod> pods = session.Connection().Caches().Open(NodeScopes.Pods, [plan.Node]))
        {
            await pods.CatchUpAsync(cancellationToken);
            while (true)
            {
                (IReadOnlyList<Pod> present, Task changed) = pods.Of(plan.Node).Observe(PodIndexes.ByNode, plan.Node);
                if (!present.Any(pod => others.Contains(pod.Metadata.Uid ?? "")))
                    break;
                await client.Time.WaitForChangeAsync([changed], null, cancellationToken);
            }
        }

        ServerCapabilities capabilities = await client.GetCapabilitiesAsync(cancellationToken);
        foreach (
            PodBudget budget in plan.Pods.Where(p => p.BlockedByBudget).SelectMany(p => p.Budgets).DistinctBy(b => (b.Namespace, b.Name))
        )
        {
            JsonObject wanted =
                budget.MinAvailable.Length > 0
                    ? new() { ["minAvailable"] = Math.Max(0, budget.DesiredHealthy - 1) }
                    : new() { ["maxUnavailable"] = 1 };
            observer.Verbose($"demo: relaxing PDB {budget.Namespace}/{budget.Name}: {wanted.ToJsonString()}");
            await client.PatchAsync(
                Resources.PodDisruptionBudgets(capabilities.BudgetVersion),
                budget.Name,
                budget.Namespace,
                Patch.Merge(new() { ["spec"] = wanted }),
                subresource: null,
                RequestOptions.Default,
                cancellationToken
            );
        }
    }
}
