namespace NodeManager.Scheduling;

/// <summary>
/// The cluster for the scheduling rules: nodes, their pods, and the objects that pods refer to. Plans may remove pods and assume them on
/// other nodes. Not thread-safe: <see cref="Clone"/> it for concurrent use.
/// </summary>
public sealed class ClusterSnapshot
{
    private readonly Dictionary<string, NodeState> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<PodKey, PodState> _pods = [];
    private readonly Dictionary<PodKey, PodState> _antiAffine = [];
    private readonly Dictionary<PodKey, PodState> _affine = [];
    private readonly Dictionary<string, List<PodState>> _nodeless = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentVolumeClaim> _claims = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentVolume> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StorageClass> _storageClasses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);
    private readonly ImageCatalog _images = new();

    // Pods of a workload usually follow one another.
    private PodState? _latest;
    private NodeState[]? _nodesByZone;

    /// <param name="minorVersion">The Kubernetes minor version, which determines the order and messages of the rules.</param>
    public ClusterSnapshot(int minorVersion = 37) => MinorVersion = minorVersion;

    public int MinorVersion { get; }

    /// <summary>
    /// True if all claims, volumes and storage classes of the cluster are included, so that missing ones do not exist. Otherwise dependent
    /// rules cannot be judged.
    /// </summary>
    public bool KnowsStorage { get; init; }

    public IReadOnlyCollection<NodeState> Nodes => _nodes.Values;

    public IReadOnlyCollection<PodState> Pods => _pods.Values;

    /// <summary>One node of each zone in turn; the same list while nodes and their zones are unchanged.</summary>
    internal IReadOnlyList<NodeState> NodesByZone =>
        _nodesByZone ??= [
            .. _nodes
                .Values.GroupBy(ZoneOf)
                .SelectMany(static zone => zone.Select(static (node, index) => (node, index)))
                .OrderBy(static one => one.index)
                .Select(static one => one.node),
        ];

    internal IReadOnlyCollection<PodState> PodsWithAntiAffinity => _antiAffine.Values;

    /// <summary>Pods with affinity or anti-affinity, preferred or required.</summary>
    internal IReadOnlyCollection<PodState> PodsWithAffinity => _affine.Values;

    internal ImageCatalog Images => _images;

    /// <summary>Unscheduled and completed pods do not count.</summary>
    public static ClusterSnapshot Of(IEnumerable<Node> nodes, IEnumerable<Pod> pods, int minorVersion = 37)
    {
        ClusterSnapshot snapshot = new(minorVersion);
        foreach (Node node in nodes)
            snapshot.SetNode(node);
        foreach (Pod pod in pods)
            snapshot.SetPod(pod);
        return snapshot;
    }

    /// <summary>Prepares the snapshot for so many pods, which takes less memory than growing.</summary>
    public void EnsureCapacity(int pods) => _pods.EnsureCapacity(pods);

    public NodeState? Node(string name) => _nodes.GetValueOrDefault(name);

    /// <summary>Adds or replaces a node; its pods stay.</summary>
    public void SetNode(Node node)
    {
        if (_nodes.TryGetValue(node.Metadata.Name, out NodeState? state))
        {
            string zone = ZoneOf(state);
            state.Node = node;
            if (ZoneOf(state) != zone)
                _nodesByZone = null;
            return;
        }
        _nodesByZone = null;
        state = new(node);
        _nodes.Add(node.Metadata.Name, state);
        if (!_nodeless.Remove(node.Metadata.Name, out List<PodState>? waiting))
            return;
        foreach (PodState pod in waiting)
            state.Add(pod);
    }

    /// <summary>Removes a node. Its pods do not count until the node is added again.</summary>
    public void RemoveNode(string name)
    {
        if (!_nodes.Remove(name, out NodeState? state))
            return;
        _nodesByZone = null;
        if (state.Pods.Count > 0)
            _nodeless[name] = [.. state.Pods];
    }

    /// <summary>Adds or replaces a pod on its spec's node; removes it if it is unscheduled or completed.</summary>
    public void SetPod(Pod pod)
    {
        RemovePod(pod);
        if (!string.IsNullOrEmpty(pod.Spec.NodeName) && !pod.IsFinished())
            Add(_latest = new(pod, pod.Spec.NodeName, _latest));
    }

    /// <summary>Moves a pod to a node; the pod object is not changed.</summary>
    public void Assume(Pod pod, string nodeName)
    {
        RemovePod(pod);
        Add(_latest = new(pod, nodeName, _latest));
    }

    public bool RemovePod(Pod pod) => Take(pod) is not null;

    public void SetNamespace(string name, IReadOnlyDictionary<string, string>? labels) =>
        _namespaces[name] = labels ?? new Dictionary<string, string>();

    public void RemoveNamespace(string name) => _namespaces.Remove(name);

    public void SetClaim(PersistentVolumeClaim claim) => _claims[claim.Key()] = claim;

    public void RemoveClaim(PersistentVolumeClaim claim) => _claims.Remove(claim.Key());

    public void SetVolume(PersistentVolume volume) => _volumes[volume.Metadata.Name] = volume;

    public void RemoveVolume(string name) => _volumes.Remove(name);

    public void SetStorageClass(StorageClass storageClass) => _storageClasses[storageClass.Metadata.Name] = storageClass;

    public void RemoveStorageClass(string name) => _storageClasses.Remove(name);

    /// <summary>Pods of a service are spread by default.</summary>
    public void SetService(Service service) => _services[service.Key()] = service;

    public void RemoveService(Service service) => _services.Remove(service.Key());

    /// <summary>The images on a node; null: none.</summary>
    public void SetImages(string nodeName, IReadOnlyList<ContainerImage>? held) => _images.Set(nodeName, held ?? []);

    /// <summary>An independent copy that shares the API objects.</summary>
    public ClusterSnapshot Clone()
    {
        ClusterSnapshot copy = new(MinorVersion) { KnowsStorage = KnowsStorage };
        foreach ((string name, NodeState node) in _nodes)
            copy._nodes.Add(name, node.Clone());
        Copy(_pods, copy._pods);
        Copy(_antiAffine, copy._antiAffine);
        Copy(_affine, copy._affine);
        foreach ((string name, List<PodState> waiting) in _nodeless)
            copy._nodeless.Add(name, [.. waiting]);
        Copy(_namespaces, copy._namespaces);
        Copy(_claims, copy._claims);
        Copy(_volumes, copy._volumes);
        Copy(_storageClasses, copy._storageClasses);
        Copy(_services, copy._services);
        copy._images.CopyFrom(_images);
        return copy;
    }

    internal IReadOnlyDictionary<string, string>? NamespaceLabels(string name) => _namespaces.GetValueOrDefault(name);

    internal PersistentVolumeClaim? Claim(string ns, string name) => _claims.GetValueOrDefault($"{ns}/{name}");

    /// <summary>The selector labels of the services that select the pod; empty without any.</summary>
    internal Dictionary<string, string> ServiceLabels(Pod pod)
    {
        Dictionary<string, string> labels = [];
        foreach (Service service in _services.Values)
        {
            if (service.Spec.Selector is not { } selector || service.Metadata.Namespace != pod.Metadata.Namespace)
                continue;
            if (!selector.All(pair => pod.Metadata.Labels?.GetValueOrDefault(pair.Key) == pair.Value))
                continue;
            foreach ((string key, string value) in selector)
                labels[key] = value;
        }
        return labels;
    }

    internal PersistentVolume? Volume(string name) => _volumes.GetValueOrDefault(name);

    internal IReadOnlyCollection<PersistentVolume> Volumes => _volumes.Values;

    internal StorageClass? StorageClass(string name) => _storageClasses.GetValueOrDefault(name);

    /// <summary>Removes a pod by its namespace and name; null if it does not exist.</summary>
    internal PodState? Take(Pod pod)
    {
        PodKey key = PodKey.Of(pod);
        if (!_pods.Remove(key, out PodState? state))
            return null;
        _antiAffine.Remove(key);
        _affine.Remove(key);
        if (_nodes.TryGetValue(state.NodeName, out NodeState? node))
            node.Remove(state);
        else if (_nodeless.TryGetValue(state.NodeName, out List<PodState>? waiting))
            waiting.Remove(state);
        return state;
    }

    /// <summary>Adds a new pod.</summary>
    internal void Add(PodState state)
    {
        PodKey key = PodKey.Of(state.Pod);
        _pods.Add(key, state);
        if (state.HasRequiredAntiAffinity)
            _antiAffine.Add(key, state);
        if (state.HasPodAffinity)
            _affine.Add(key, state);
        if (_nodes.TryGetValue(state.NodeName, out NodeState? node))
        {
            node.Add(state);
            return;
        }
        if (!_nodeless.TryGetValue(state.NodeName, out List<PodState>? waiting))
            _nodeless.Add(state.NodeName, waiting = []);
        waiting.Add(state);
    }

    private static string ZoneOf(NodeState node) => node.Label("topology.kubernetes.io/zone") ?? "";

    private static void Copy<TKey, T>(Dictionary<TKey, T> from, Dictionary<TKey, T> to)
        where TKey : notnull
    {
        foreach ((TKey key, T value) in from)
            to.Add(key, value);
    }

    // Two references instead of a text for each of hundreds of thousands of pods.
    private readonly record struct PodKey(string Namespace, string Name)
    {
        public static PodKey Of(Pod pod) => new(pod.Metadata.Namespace ?? "", pod.Metadata.Name);
    }
}
