namespace NodeManager.Scheduling;

/// <summary>A node of a <see cref="ClusterSnapshot"/> with its pods.</summary>
public sealed class NodeState
{
    // A list, because a node has at most hundreds of pods, and a cluster thousands of nodes.
    private readonly List<PodState> _pods;
    private readonly AmountList _requested;
    private readonly AmountList _assumed;

    internal NodeState(Node node)
    {
        Node = node;
        _pods = [];
        _requested = new();
        _assumed = new();
    }

    private NodeState(NodeState original)
    {
        Node = original.Node;
        _pods = [.. original._pods];
        _requested = new(original._requested);
        _assumed = new(original._assumed);
    }

    public Node Node { get; internal set; }

    public string Name => Node.Metadata.Name;

    /// <summary>The active pods, including assumed ones.</summary>
    public IReadOnlyCollection<PodState> Pods => _pods;

    /// <summary>Without an interface, for hot loops over all nodes.</summary>
    internal List<PodState> PodStates => _pods;

    /// <summary>The requests of the pods; <c>pods</c> is their number.</summary>
    public decimal Requested(string resource) => resource == "pods" ? _pods.Count : _requested.Of(resource);

    /// <summary>The requests for scoring, see <see cref="PodRequests.Assumed"/>.</summary>
    internal decimal Assumed(string resource) => _assumed.Of(resource);

    /// <summary>0 if the node does not have the resource.</summary>
    public decimal Allocatable(string resource) =>
        Node.Status.Allocatable is { } all && all.TryGetValue(resource, out var quantity) ? quantity.Value : 0;

    public decimal Free(string resource) => Allocatable(resource) - Requested(resource);

    /// <summary>Null if the node does not have the label.</summary>
    public string? Label(string key) => Node.Metadata.Labels?.GetValueOrDefault(key);

    internal void Add(PodState pod)
    {
        _pods.Add(pod);
        _requested.Add(pod.RequestList);
        _assumed.Add(pod.AssumedRequests);
    }

    internal void Remove(PodState pod)
    {
        if (!_pods.Remove(pod))
            return;
        _requested.Subtract(pod.RequestList);
        _assumed.Subtract(pod.AssumedRequests);
    }

    internal NodeState Clone() => new(this);
}
