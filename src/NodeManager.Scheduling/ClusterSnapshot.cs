using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling;

/// <summary>
/// The cluster as the rules see it: nodes, the pods on them, and what pods refer to. Pods may be taken away and assumed elsewhere, so that
/// a plan can see many pods leave several nodes. Not thread-safe: <see cref="Clone"/> it for what runs side by side.
/// </summary>
public sealed class ClusterSnapshot
{
    private readonly Dictionary<string, NodeState> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodState> pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodState> antiAffine = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodState> affine = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, PodState>> nodeless = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentVolumeClaim> claims = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentVolume> volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StorageClass> storageClasses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Service> services = new(StringComparer.Ordinal);
    private readonly ImageCatalog images = new();

    /// <param name="minorVersion">Of Kubernetes 1.x: the order of the rules and their wording follow it.</param>
    public ClusterSnapshot(int minorVersion = 37) => MinorVersion = minorVersion;

    public int MinorVersion { get; }

    /// <summary>
    /// True where all claims, volumes and storage classes of the cluster are in here, so that what is missing does not exist. Else what
    /// depends on them cannot be judged.
    /// </summary>
    public bool KnowsStorage { get; init; }

    public IReadOnlyCollection<NodeState> Nodes => nodes.Values;

    public IReadOnlyCollection<PodState> Pods => pods.Values;

    internal IReadOnlyCollection<PodState> PodsWithAntiAffinity => antiAffine.Values;

    /// <summary>Those that prefer or ask for company or solitude.</summary>
    internal IReadOnlyCollection<PodState> PodsWithAffinity => affine.Values;

    internal ImageCatalog Images => images;

    /// <summary>A snapshot of nodes and pods; pods without a node and finished ones do not count.</summary>
    public static ClusterSnapshot Of(IEnumerable<Node> nodes, IEnumerable<Pod> pods, int minorVersion = 37)
    {
        ClusterSnapshot snapshot = new(minorVersion);
        foreach (Node node in nodes) snapshot.SetNode(node);
        foreach (Pod pod in pods) snapshot.SetPod(pod);
        return snapshot;
    }

    public NodeState? Node(string name) => nodes.GetValueOrDefault(name);

    /// <summary>Adds a node or replaces it; its pods stay.</summary>
    public void SetNode(Node node)
    {
        if (nodes.TryGetValue(node.Metadata.Name, out NodeState? state))
        {
            state.Node = node;
            return;
        }
        state = new(node);
        nodes.Add(node.Metadata.Name, state);
        if (!nodeless.Remove(node.Metadata.Name, out Dictionary<string, PodState>? waiting)) return;
        foreach ((string key, PodState pod) in waiting) state.Add(key, pod);
    }

    /// <summary>Takes a node away. Its pods still count for affinity nowhere, and are there again if the node comes back.</summary>
    public void RemoveNode(string name)
    {
        if (!nodes.Remove(name, out NodeState? state)) return;
        if (state.Pods.Count > 0) nodeless[name] = state.Pods.ToDictionary(pod => pod.Pod.Key(), StringComparer.Ordinal);
    }

    /// <summary>Adds a pod where its spec says it is, or replaces it; without a node, or finished, it is taken away.</summary>
    public void SetPod(Pod pod)
    {
        RemovePod(pod);
        if (!string.IsNullOrEmpty(pod.Spec.NodeName) && !pod.IsFinished()) Add(new(pod, pod.Spec.NodeName));
    }

    /// <summary>Lets a pod run on a node, wherever it was before; the pod itself is not changed.</summary>
    public void Assume(Pod pod, string nodeName)
    {
        RemovePod(pod);
        Add(new(pod, nodeName));
    }

    /// <summary>True if it was there.</summary>
    public bool RemovePod(Pod pod) => Take(pod.Key()) is not null;

    public void SetNamespace(string name, IReadOnlyDictionary<string, string>? labels) =>
        namespaces[name] = labels ?? new Dictionary<string, string>();

    public void RemoveNamespace(string name) => namespaces.Remove(name);

    public void SetClaim(PersistentVolumeClaim claim) => claims[claim.Key()] = claim;

    public void RemoveClaim(PersistentVolumeClaim claim) => claims.Remove(claim.Key());

    public void SetVolume(PersistentVolume volume) => volumes[volume.Metadata.Name] = volume;

    public void RemoveVolume(string name) => volumes.Remove(name);

    public void SetStorageClass(StorageClass storageClass) => storageClasses[storageClass.Metadata.Name] = storageClass;

    public void RemoveStorageClass(string name) => storageClasses.Remove(name);

    /// <summary>Pods of a service are kept apart by default.</summary>
    public void SetService(Service service) => services[service.Key()] = service;

    public void RemoveService(Service service) => services.Remove(service.Key());

    /// <summary>The images that a node has; null: none.</summary>
    public void SetImages(string nodeName, IReadOnlyList<ContainerImage>? held) => images.Set(nodeName, held ?? []);

    /// <summary>A copy that changes apart from this one; the objects themselves are shared.</summary>
    public ClusterSnapshot Clone()
    {
        ClusterSnapshot copy = new(MinorVersion) { KnowsStorage = KnowsStorage };
        foreach ((string name, NodeState node) in nodes) copy.nodes.Add(name, node.Clone());
        Copy(pods, copy.pods);
        Copy(antiAffine, copy.antiAffine);
        Copy(affine, copy.affine);
        foreach ((string name, Dictionary<string, PodState> waiting) in nodeless)
            copy.nodeless.Add(name, new(waiting, StringComparer.Ordinal));
        Copy(namespaces, copy.namespaces);
        Copy(claims, copy.claims);
        Copy(volumes, copy.volumes);
        Copy(storageClasses, copy.storageClasses);
        Copy(services, copy.services);
        copy.images.CopyFrom(images);
        return copy;
    }

    internal IReadOnlyDictionary<string, string>? NamespaceLabels(string name) => namespaces.GetValueOrDefault(name);

    internal PersistentVolumeClaim? Claim(string ns, string name) => claims.GetValueOrDefault($"{ns}/{name}");

    /// <summary>The labels by which services pick that pod; empty where none does.</summary>
    internal Dictionary<string, string> ServiceLabels(Pod pod)
    {
        Dictionary<string, string> labels = [];
        foreach (Service service in services.Values)
        {
            if (service.Spec.Selector is not { } selector || service.Metadata.Namespace != pod.Metadata.Namespace) continue;
            if (!selector.All(pair => pod.Metadata.Labels?.GetValueOrDefault(pair.Key) == pair.Value)) continue;
            foreach ((string key, string value) in selector) labels[key] = value;
        }
        return labels;
    }

    internal PersistentVolume? Volume(string name) => volumes.GetValueOrDefault(name);

    internal IReadOnlyCollection<PersistentVolume> Volumes => volumes.Values;

    internal StorageClass? StorageClass(string name) => storageClasses.GetValueOrDefault(name);

    /// <summary>Takes a pod away by its <c>namespace/name</c>; null where there is none.</summary>
    internal PodState? Take(string key)
    {
        if (!pods.Remove(key, out PodState? state)) return null;
        antiAffine.Remove(key);
        affine.Remove(key);
        if (nodes.TryGetValue(state.NodeName, out NodeState? node)) node.Remove(key);
        else if (nodeless.TryGetValue(state.NodeName, out Dictionary<string, PodState>? waiting)) waiting.Remove(key);
        return state;
    }

    /// <summary>Adds a pod that is not in here yet.</summary>
    internal void Add(PodState state)
    {
        string key = state.Pod.Key();
        pods.Add(key, state);
        if (state.HasRequiredAntiAffinity) antiAffine.Add(key, state);
        if (state.HasPodAffinity) affine.Add(key, state);
        if (nodes.TryGetValue(state.NodeName, out NodeState? node))
        {
            node.Add(key, state);
            return;
        }
        if (!nodeless.TryGetValue(state.NodeName, out Dictionary<string, PodState>? waiting))
            nodeless.Add(state.NodeName, waiting = new(StringComparer.Ordinal));
        waiting.Add(key, state);
    }

    private static void Copy<T>(Dictionary<string, T> from, Dictionary<string, T> to)
    {
        foreach ((string key, T value) in from) to.Add(key, value);
    }
}
