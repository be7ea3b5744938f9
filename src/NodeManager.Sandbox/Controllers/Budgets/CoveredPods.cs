using System.Runtime.CompilerServices;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Controllers.Budgets;

/// <summary>
/// Which pods a budget covers. While no pod changes, as at the start of a cluster with thousands of budgets, each namespace is walked twice at most
/// instead of once for each of its budgets. Not thread-safe.
/// </summary>
internal sealed class CoveredPods(DocumentStore store, int minor)
{
    private readonly ConditionalWeakTable<SortedObjects, Dictionary<string, LabelIndex?>> _indexes = [];

    /// <summary>In the order of their names.</summary>
    public List<StoredObject> Of(StoredObject budget)
    {
        SortedObjects pods = store.List(BuiltInKinds.Pods).Objects;
        Dictionary<string, LabelIndex?> indexes = _indexes.GetValue(pods, static _ => new(StringComparer.Ordinal));
        IEnumerable<StoredObject> candidates = pods.Walk(budget.Namespace);
        if (!indexes.TryGetValue(budget.Namespace, out LabelIndex? index)) indexes.Add(budget.Namespace, null);
        else if (budget.As<PodDisruptionBudget>().Spec.Selector?.MatchLabels is { Count: > 0 } labels)
        {
            if (index is null) indexes[budget.Namespace] = index = new(candidates);
            candidates = labels.Select(index.Of).MinBy(static some => some.Count)!;
        }

        return [.. candidates.Where(pod => BudgetMatching.Covers(budget, pod, minor))];
    }

    private sealed class LabelIndex
    {
        private readonly Dictionary<KeyValuePair<string, string>, List<StoredObject>> _pods = [];

        public LabelIndex(IEnumerable<StoredObject> pods)
        {
            foreach (StoredObject pod in pods)
            {
                foreach (KeyValuePair<string, string> label in pod.Labels ?? new Dictionary<string, string>())
                {
                    if (!_pods.TryGetValue(label, out List<StoredObject>? some)) _pods.Add(label, some = []);
                    some.Add(pod);
                }
            }
        }

        public List<StoredObject> Of(KeyValuePair<string, string> label) => _pods.GetValueOrDefault(label) ?? [];
    }
}
