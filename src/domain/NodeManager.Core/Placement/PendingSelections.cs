using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Core.Placement;

/// <summary>
/// Selections of a session whose pods have not appeared yet, and whose turn it is in a round robin. A selection counts on its node for 30
/// seconds or until its pod appears there, so that concurrent callers do not all select the same node. Not thread-safe: callers hold
/// <see cref="Gate"/>.
/// </summary>
internal sealed class PendingSelections
{
    /// <summary>How long a selection counts where no pod appears.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly List<Entry> _entries = [];
    private readonly HashSet<string> _matched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _turns = new(StringComparer.Ordinal);
    private HashSet<string> _lastEligible = new(StringComparer.Ordinal);
    private long _names;

    /// <summary>Held from looking to selecting.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Drops what has expired and what has its pod by now.</summary>
    public void Update(DateTimeOffset now, IEnumerable<Pod> pods)
    {
        _entries.RemoveAll(entry => now - entry.At >= Lifetime);
        if (_entries.Count == 0)
        {
            _matched.Clear();
            return;
        }

        // The server's times have whole seconds.
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

    /// <summary>Lets the pending selections take their room in a snapshot.</summary>
    public void AssumeIn(ClusterSnapshot snapshot)
    {
        foreach (Entry entry in _entries.Where(static entry => entry.TakesRoom))
            snapshot.Assume(entry.Pod, entry.Node);
    }

    /// <summary>How many selections are pending, by node.</summary>
    public Dictionary<string, int> CountByNode() =>
        _entries.GroupBy(static entry => entry.Node).ToDictionary(static group => group.Key, static group => group.Count());

    /// <summary>Counts a selection on its node.</summary>
    /// <returns>The pod that stands for it in snapshots; null where the request takes no room.</returns>
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

    /// <summary>Lets nodes that became eligible join the round: they get no turns for the time before.</summary>
    public void Join(IReadOnlyCollection<string> eligible)
    {
        List<string> stayed = [.. eligible.Where(_lastEligible.Contains)];
        long least =
            stayed.Count > 0 ? stayed.Min(Turns)
            : eligible.Count > 0 ? eligible.Max(Turns)
            : 0;
        foreach (string node in eligible.Where(node => !_lastEligible.Contains(node) && Turns(node) < least))
            _turns[node] = least;
        _lastEligible = [.. eligible];
    }

    /// <summary>Gives a node its turn.</summary>
    public void TakeTurn(string node) => _turns[node] = Turns(node) + 1;

    private sealed record Entry(DateTimeOffset At, string Node, Pod Wanted, Pod Pod)
    {
        private readonly IReadOnlyDictionary<string, decimal> _requests = PodRequests.Of(Wanted);

        // A bare selection without requests is a session, and no pod that would fill the node.
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
