using System.Text.Json;

namespace NodeManager.Scheduling.Packing;

/// <summary>The counters of a packing's groups; equal counters are shared.</summary>
internal sealed class TopologyCounters(ClusterSnapshot snapshot)
{
    private readonly SchedulingProfile _profile = SchedulingProfile.Default(snapshot.MinorVersion) with { DefaultConstraints = [] };
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly List<Dictionary<string, int>> _domains = [];
    private readonly Dictionary<string, TopologyCounter> _counters = new(StringComparer.Ordinal);
    private readonly Dictionary<PodAffinityTerm, string> _texts = new(ReferenceEqualityComparer.Instance);
    private readonly List<(TopologyCounter Holders, PodAffinityTerm Term, Pod Holder)> _shunned = [];

    /// <summary>Creates the counters of all groups, including running pods.</summary>
    public void Build(List<PodGroup> groups)
    {
        foreach (PodState running in snapshot.PodsWithAntiAffinity)
        foreach (PodAffinityTerm term in AntiTerms(running.Pod))
            Shun(running.Pod, term);
        foreach (PodGroup group in groups)
        {
            foreach (PodAffinityTerm term in AntiTerms(group.First))
                Shun(group.First, term);
            AddTerms(group);
        }

        foreach (PodGroup group in groups)
        {
            foreach ((TopologyCounter holders, PodAffinityTerm term, Pod holder) in _shunned)
                if (term.Matches(holder, group.First, snapshot) && !group.Apart.Contains(holders))
                    group.Apart.Add(holders);
            foreach (TopologyCounter counter in _counters.Values)
                if (counter.Counts(group.First))
                    group.Counts.Add(counter);
        }
    }

    public IEnumerable<TopologyCounter> Counters => _counters.Values;

    /// <summary>The domains of a node by topology key; -1 without the label.</summary>
    public int[] DomainsOf(Func<string, string?> labelOf)
    {
        int[] domains = new int[_keys.Count];
        foreach ((string key, int number) in _keys)
            domains[number] = labelOf(key) is { } value ? Domain(number, value) : -1;
        return domains;
    }

    private void AddTerms(PodGroup group)
    {
        Pod pod = group.First;
        List<SpreadConstraint> spreads = SpreadConstraint.Of(pod, snapshot, _profile, "DoNotSchedule");
        List<TopologySpreadConstraint>? raw = pod.Spec.TopologySpreadConstraints?.FindAll(static one =>
            one.WhenUnsatisfiable == "DoNotSchedule"
        );
        for (int index = 0; index < spreads.Count; index++)
        {
            SpreadConstraint constraint = spreads[index];
            string keys = string.Join(',', spreads.Select(static one => one.TopologyKey));
            TopologyCounter counter = Counter(
                $"spread\n{pod.Metadata.Namespace}\n{keys}\n{group.NodeKey}\n{MatchLabels(pod, raw![index])}\n{Text(raw[index])}",
                constraint.TopologyKey,
                other => constraint.Counts(other),
                node => constraint.Includes(node.Node) && spreads.TrueForAll(one => node.Label(one.TopologyKey) is not null)
            );
            group.Spreads.Add(new(counter, constraint.MaxSkew, constraint.MinDomains, constraint.MatchesItself ? 1 : 0));
        }

        List<PodAffinityTerm> near = pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        group.AttractsItself = near.Count > 0 && near.TrueForAll(term => term.Matches(pod, pod, snapshot));
        foreach (PodAffinityTerm term in near)
        {
            group.Near.Add(
                Counter(
                    $"near\n{pod.Metadata.Namespace}\n{term.TopologyKey}\n{string.Join('\n', near.Select(Text))}",
                    term.TopologyKey,
                    other => near.TrueForAll(one => one.Matches(pod, other, snapshot)),
                    null
                )
            );
        }

        foreach (PodAffinityTerm term in AntiTerms(pod))
        {
            TopologyCounter shunned = Counter(
                $"apart\n{pod.Metadata.Namespace}\n{Text(term)}",
                term.TopologyKey,
                other => term.Matches(pod, other, snapshot),
                null
            );
            if (!group.Apart.Contains(shunned))
                group.Apart.Add(shunned);
        }
    }

    private void Shun(Pod holder, PodAffinityTerm term)
    {
        string text = Text(term),
            ns = holder.Metadata.Namespace ?? "";
        string key = $"holders\n{ns}\n{text}";
        if (_counters.ContainsKey(key))
            return;
        TopologyCounter counter = Counter(
            key,
            term.TopologyKey,
            other =>
                (other.Metadata.Namespace ?? "") == ns && AntiTerms(other).Exists(one => ReferenceEquals(one, term) || Text(one) == text),
            null
        );
        _shunned.Add((counter, term, holder));
    }

    private TopologyCounter Counter(string name, string topologyKey, Func<Pod, bool> counts, Func<NodeState, bool>? includes)
    {
        if (_counters.TryGetValue(name, out TopologyCounter? counter))
            return counter;
        if (!_keys.TryGetValue(topologyKey, out int number))
        {
            _keys.Add(topologyKey, number = _keys.Count);
            _domains.Add(new(StringComparer.Ordinal));
        }

        _counters.Add(name, counter = new(number, topologyKey == TopologyKeys.HostName, counts, includes));
        return counter;
    }

    private int Domain(int key, string value)
    {
        Dictionary<string, int> known = _domains[key];
        if (!known.TryGetValue(value, out int domain))
            known.Add(value, domain = known.Count);
        return domain;
    }

    private static string MatchLabels(Pod pod, TopologySpreadConstraint constraint) =>
        string.Join(',', (constraint.MatchLabelKeys ?? []).Select(key => $"{key}={pod.Metadata.Labels?.GetValueOrDefault(key)}"));

    internal static List<PodAffinityTerm> AntiTerms(Pod pod) =>
        pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];

    private string Text(PodAffinityTerm term)
    {
        if (!_texts.TryGetValue(term, out string? text))
            _texts.Add(term, text = TermText(term));
        return text;
    }

    internal static string TermText(PodAffinityTerm term) =>
        JsonSerializer.Serialize(
            new PodSpec { Affinity = new() { PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [term] } } },
            KubernetesJson.Default.PodSpec
        );

    private static string Text(TopologySpreadConstraint constraint) =>
        JsonSerializer.Serialize(
            new PodSpec
            {
                TopologySpreadConstraints =
                [
                    new()
                    {
                        TopologyKey = constraint.TopologyKey,
                        LabelSelector = constraint.LabelSelector,
                        NodeAffinityPolicy = constraint.NodeAffinityPolicy,
                        NodeTaintsPolicy = constraint.NodeTaintsPolicy,
                    },
                ],
            },
            KubernetesJson.Default.PodSpec
        );
}
