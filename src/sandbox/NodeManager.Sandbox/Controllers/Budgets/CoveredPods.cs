using System.Runtime.CompilerServices;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;

namespace NodeManager.Sandbox.Controllers.Budgets;

/// <summary>
/// The pods of PDBs. While no pod changes, as at the start of a cluster with thousands of PDBs, each namespace is walked at most twice
/// instead of once per PDB. Not thread-safe.
/// </summary>
internal sealed class CoveredPods(DocumentStore store, int minor)
{
    private readonly ConditionalWeakTable<SortedObjects, Dictionary<string, LabelIndex?>> _indexes = [];

    /// <summary>In order of name.</summary>
    public List<StoredObject> Of(StoredObject budget)
    {
        SortedObjects pods = store.List(BuiltInKinds.Pods).Objects;
        Dictionary<string, LabelIndex?> indexes = _indexes.GetValue(pods, static _ => new(StringComparer.Ordinal));
        IEnumerable<StoredObject> candidates = pods.Walk(budget.Namespace);
        if (!indexes.TryGetValue(budget.Namespace, out LabelIndex? index))
            indexes.Add(budget.Namespace, null);
        else if (budget.As<PodDisruptionBudget>().Spec.Selector?.MatchLabels is { Count: > 0 } labels)
        {
            if (index is null)
                indexes[budget.Namespace] = index = new(candidates);
            candidates = labels
                .Select(index.Of)
                .MinBy(static some => some.Count)!
                .SelectMany(static alike => alike)
                .OrderBy(static pod => pod.Name, StringComparer.Ordinal);
        }

        return [.. candidates.Where(pod => BudgetMatching.Covers(budget, pod, minor))];
    }

    // Pods of a workload share their labels and are found together.
    private sealed class LabelIndex
    {
        // A KeyValuePair key would be compared by reflection.
        private readonly Dictionary<(string Key, string Value), List<List<StoredObject>>> _pods = [];

        public LabelIndex(IEnumerable<StoredObject> pods)
        {
            Dictionary<object, List<StoredObject>> alike = new(ReferenceEqualityComparer.Instance);
            foreach (StoredObject pod in pods)
            {
                if (pod.Labels is not { } labels)
                    continue;
                if (!alike.TryGetValue(labels, out List<StoredObject>? some))
                    Add(labels, alike[labels] = some = []);
                some.Add(pod);
            }
        }

        public List<List<StoredObject>> Of(KeyValuePair<string, string> label) => _pods.GetValueOrDefault((label.Key, label.Value)) ?? [];

        private void Add(IReadOnlyDictionary<string, string> labels, List<StoredObject> pods)
        {
            foreach ((string key, string value) in labels)
            {
                if (!_pods.TryGetValue((key, value), out List<List<StoredObject>>? groups))
                    _pods.Add((key, value), groups = []);
                groups.Add(pods);
            }
        }
    }
}
