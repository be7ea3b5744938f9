using NodeManager.Scheduling;

namespace NodeManager.Core.Placement;

/// <summary>
/// A session's selections whose pods have not appeared yet, and the turns of a round robin. A selection counts on its node for 30 seconds
/// or until its pod appears, so that concurrent callers do not all select the same node. Not thread-safe: callers hold <see cref="Gate"/>.
/// </summary>
internal sealed class PendingSelections
{
    /// <summary>How long a selection counts if no pod appears.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly List<Entry> _entries = [];
    private readonly HashSet<string> _matched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _turns = new(StringComparer.Ordinal);
    private HashSet<string> _lastEligible = new(StringComparer.Ordinal);
    private long _names;

    /// <summary>Held from the read to the selection.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Drops expired selections and those whose pod has appeared.</summary>
    public void Update(DateTimeOffset now, IEnumerable<Pod> pods)
    {
        _entries.RemoveAll(entry => now - entry.At >= Lifetime);
        if (_entries.Count == 0)
        {
            _matched.Clear();
            return;
        }

        // The server's times are whole seconds.
        DateTimeOffset oldest = _entries[0].At.AddSeconds(-1);
        foreach (
            Pod pod in pods.Where(pod => pod.Metadata.CreationTimestamp > oldest && !string.IsNullOrEmpty(pod.Spec.NodeName))
                .OrderBy(static pod => pod.Metadata.CreationTimestamp)
        )
        {
            if (_matched.Contains(pod.Metadata.Uid ?? ""))
                continue;
            int found = _entries.FindIndex(entry => entry.IsFor(pod));
            if (found < 0)
                continue;
            _matched.Add(pod.Metadata.Uid ?? "");
            _entries.RemoveAt(found);
        }
    }

    public void AssumeIn(ClusterSnapshot snapshot)
    {
        foreach (Entry entry in _entries.Where(static entry => entry.TakesRoom))
            snapshot.Assume(entry.Pod, entry.Node);
    }

    public Dictionary<string, int> CountByNode() =>
        _entries.GroupBy(static entry => entry.Node).ToDictionary(static group => group.Key, static group => group.Count());

    /// <summary>Counts a selection on its node.</summary>
    /// <returns>The placeholder pod in snapshots; null if the request uses no room.</returns>
    public Pod? Add(Pod pod, string node, DateTimeOffset now)
    {
        Pod standIn = new()
        {
            Metadata = new()
            {
                Namespace = pod.Metadata.Namespace is { Length: > 0 } ns ? ns : "default",
                Name = $"nodemanager-pending-{++_names}",
                Labels = pod.Metadata.Labels,
            },
            Spec = pod.Spec,
        };
        Entry entry = new(now, node, pod, standIn);
        _entries.Add(entry);
        return entry.TakesRoom ? standIn : null;
    }

    /// <summary>How often a node had its turn.</summary>
    public long Turns(string node) => _turns.GetValueOrDefault(node);

    /// <summary>Adds newly eligible nodes to the round: they get no turns for the time before.</summary>
    public void Join(IReadOnlyCollection<string> eligible)
    {
        List<string> stayed = [.. eligible.Where(_lastEligible.Contains)];
        long minimum =
            stayed.Count > 0 ? stayed.Min(Turns)
            : eligible.Count > 0 ? eligible.Max(Turns)
            : 0;
        foreach (string node in eligible.Where(node => !_lastEligible.Contains(node) && Turns(node) < minimum))
            _turns[node] = minimum;
        _lastEligible = [.. eligible];
    }

    public void TakeTurn(string node) => _turns[node] = Turns(node) + 1;

    private sealed record Entry(DateTimeOffset At, string Node, Pod Wanted, Pod Pod)
    {
        private readonly IReadOnlyDictionary<string, decimal> _requests = PodRequests.Of(Wanted);

        // A selection without requests is a session, not a pod that fills the node.
        public bool TakesRoom => Wanted.Spec.Containers.Count > 0;

        public bool IsFor(Pod pod)
        {
            if (pod.Spec.NodeName != Node || pod.Metadata.CreationTimestamp < At.AddSeconds(-1))
                return false;
            if (Wanted.Metadata.Name is { Length: > 0 } name)
            {
                return pod.Metadata.Name == name
                    || (
                        pod.Metadata.Name.StartsWith(name + "-", StringComparison.Ordinal)
                        && (Wanted.Metadata.Namespace is not { Length: > 0 } ns || pod.Metadata.Namespace == ns)
                    );
            }

            IReadOnlyDictionary<string, decimal> actual = PodRequests.Of(pod);
            return _requests.Count == actual.Count && _requests.All(request => actual.GetValueOrDefault(request.Key) == request.Value);
        }
    }
}
