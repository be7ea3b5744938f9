using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.ScaleUp;

/// <summary>The expected cluster after the machines in progress have registered.</summary>
internal static class PlanSnapshot
{
    /// <param name="inFlight">Machines in progress, by node name.</param>
    /// <param name="recent">Newly initialized nodes: their DaemonSet pods may still be missing.</param>
    public static ClusterSnapshot Of(ScaleInput input, IReadOnlyDictionary<string, PoolMember> inFlight, IEnumerable<Node> recent)
    {
        ClusterSnapshot snapshot = new(input.MinorVersion) { KnowsStorage = input.KnowsStorage };
        foreach (Node node in input.Nodes)
            if (!inFlight.ContainsKey(node.Metadata.Name))
                snapshot.SetNode(node);
        foreach (PoolMember member in inFlight.Values)
            snapshot.SetNode(member.Expected);
        foreach (Pod pod in input.Pods)
            snapshot.SetPod(pod);
        foreach (Namespace space in input.Namespaces)
            snapshot.SetNamespace(space.Metadata.Name, space.Metadata.Labels);
        foreach (Service service in input.Services)
            snapshot.SetService(service);
        foreach (PersistentVolumeClaim claim in input.VolumeClaims)
            snapshot.SetClaim(claim);
        foreach (PersistentVolume volume in input.Volumes)
            snapshot.SetVolume(volume);
        foreach (StorageClass storageClass in input.StorageClasses)
            snapshot.SetStorageClass(storageClass);
        foreach (Node node in inFlight.Values.Select(static member => member.Expected).Concat(recent))
            AddDaemonSetPods(snapshot, node, input.DaemonSets);
        return snapshot;
    }

    private static void AddDaemonSetPods(ClusterSnapshot snapshot, Node node, IReadOnlyList<DaemonSet> daemonSets)
    {
        NodeState state = snapshot.Node(node.Metadata.Name)!;
        HashSet<string> there = [.. state.Pods.Select(static pod => pod.Pod.Controller()?.Uid).OfType<string>()];
        foreach (Pod pod in DaemonSetOverhead.On(node, daemonSets).ToList())
        {
            if (there.Contains(pod.Controller()!.Uid))
                continue;
            pod.Metadata.Name = $"{pod.Metadata.Name}\0{node.Metadata.Name}";
            snapshot.Assume(pod, node.Metadata.Name);
        }
    }
}
