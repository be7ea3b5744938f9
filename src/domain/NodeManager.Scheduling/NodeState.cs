using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling;

/// <summary>A node with the pods that count on it, in a <see cref="ClusterSnapshot"/>.</summary>
public sealed class NodeState
{
    private readonly Dictionary<string, PodState> _pods;
    private readonly Dictionary<string, decimal> _requested;
    private readonly Dictionary<string, decimal> _assumed;

    internal NodeState(Node node)
    {
        Node = node;
        _pods = new(StringComparer.Ordinal);
        _requested = new(StringComparer.Ordinal);
        _assumed = new(StringComparer.Ordinal);
    }

    private NodeState(NodeState original)
    {
        Node = original.Node;
        _pods = new(original._pods, StringComparer.Ordinal);
        _requested = new(original._requested, StringComparer.Ordinal);
        _assumed = new(original._assumed, StringComparer.Ordinal);
    }

    public Node Node { get; internal set; }

    public string Name => Node.Metadata.Name;

    /// <summary>Not finished, assumed ones included.</summary>
    public IReadOnlyCollection<PodState> Pods => _pods.Values;

    /// <summary>The same, for walks over all nodes for every pod that is placed.</summary>
    internal Dictionary<string, PodState>.ValueCollection PodStates => _pods.Values;

    /// <summary>What the pods reserve; <c>pods</c> is their number.</summary>
    public decimal Requested(string resource) => resource == "pods" ? _pods.Count : _requested.GetValueOrDefault(resource);

    /// <summary>What the pods are taken to use where fullness is compared: see <see cref="PodRequests.Assumed"/>.</summary>
    internal decimal Assumed(string resource) => _assumed.GetValueOrDefault(resource);

    /// <summary>What pods may reserve; 0 where the node does not offer it.</summary>
    public decimal Allocatable(string resource) =>
        Node.Status.Allocatable is { } all && all.TryGetValue(resource, out var quantity) ? quantity.Value : 0;

    public decimal Free(string resource) => Allocatable(resource) - Requested(resource);

    /// <summary>The value of a topology label; null where the node has none.</summary>
    public string? Label(string key) => Node.Metadata.Labels?.GetValueOrDefault(key);

    internal void Add(string key, PodState pod)
    {
        _pods.Add(key, pod);
        foreach ((string name, decimal amount) in pod.Requests)
            _requested[name] = _requested.GetValueOrDefault(name) + amount;
        foreach ((string name, decimal amount) in pod.AssumedRequests)
            _assumed[name] = _assumed.GetValueOrDefault(name) + amount;
    }

    internal void Remove(string key)
    {
        if (!_pods.Remove(key, out PodState? pod))
            return;
        foreach ((string name, decimal amount) in pod.Requests)
            _requested[name] -= amount;
        foreach ((string name, decimal amount) in pod.AssumedRequests)
            _assumed[name] -= amount;
    }

    internal NodeState Clone() => new(this);
}
