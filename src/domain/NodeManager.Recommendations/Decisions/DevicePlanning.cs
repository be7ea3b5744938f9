using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Recommendations.Decisions;

/// <summary>
/// Counts devices of ResourceClaims as an extended resource for each driver: the devices of a node are allocatable, the simple claims of a pod
/// requests. So all rules for extended resources hold for them.
/// </summary>
public static class DevicePlanning
{
    private const string Prefix = "devices.resource.k8s.io/";

    /// <summary>The name of the resource that represents the devices of a driver.</summary>
    public static string ResourceOf(string driver) => Prefix + driver;

    /// <summary>Nodes and pods as a plan sees them. Objects without devices and claims are the given ones.</summary>
    public static (IReadOnlyList<Node> Nodes, IReadOnlyList<Pod> Pods) Apply(
        IReadOnlyList<Node> nodes,
        IReadOnlyList<Pod> pods,
        DeviceInput input
    )
    {
        if (!pods.Any(static pod => pod.Spec.ResourceClaims is { Count: > 0 }))
            return (nodes, pods);
        DeviceDemand demand = new(input, pods);
        HashSet<string> judged = new(StringComparer.Ordinal);
        Dictionary<string, string> outside = OutsideOfNodes(input);
        List<Pod> planned = [.. pods.Select(pod => pod.Spec.ResourceClaims is { Count: > 0 } ? Plan(pod, demand, outside, judged) : pod)];
        Dictionary<(string Node, string Driver), long> free = Free(input, judged);
        ILookup<string, (string Driver, long Count)> byNode = free.ToLookup(
            static one => one.Key.Node,
            static one => (one.Key.Driver, one.Value),
            StringComparer.Ordinal
        );
        return ([.. nodes.Select(node => byNode[node.Metadata.Name].Any() ? With(node, byNode[node.Metadata.Name]) : node)], planned);
    }

    private static Pod Plan(Pod pod, DeviceDemand demand, Dictionary<string, string> outside, HashSet<string> judged)
    {
        (IReadOnlyDictionary<string, long> devices, PodResourceClaim? claim, string problem) = demand.Of(pod);
        if (claim is null && devices.Keys.FirstOrDefault(outside.ContainsKey) is { } driver)
            (claim, problem) = (pod.Spec.ResourceClaims![0], outside[driver]);
        PodSpec spec = pod.Spec.On(pod.Spec.NodeName);
        if (claim is not null)
        {
            spec.ResourceClaims = [new() { Name = claim.Name, Problem = problem }];
        }
        else
        {
            spec.ResourceClaims = null;
            spec.Overhead = new(spec.Overhead ?? []);
            foreach ((string name, long count) in devices)
                spec.Overhead[ResourceOf(name)] = new(count, QuantityFormat.DecimalSI);
            if (!string.IsNullOrEmpty(pod.Spec.NodeName) && pod.Metadata.Uid is { } uid)
                judged.Add(uid);
        }

        return new()
        {
            Metadata = pod.Metadata,
            Spec = spec,
            Status = pod.Status,
        };
    }

    // Devices that a pod may use on several nodes do not come with a machine.
    private static Dictionary<string, string> OutsideOfNodes(DeviceInput input)
    {
        Dictionary<string, string> drivers = new(StringComparer.Ordinal);
        foreach (ResourceSlice slice in input.Slices)
            if (string.IsNullOrEmpty(slice.Spec.NodeName))
                drivers[slice.Spec.Driver] = $"driver {slice.Spec.Driver} has devices that do not belong to one node";
        return drivers;
    }

    // The devices of complete pools, without those that claims of other pods have: such pods request nothing in the plan.
    private static Dictionary<(string Node, string Driver), long> Free(DeviceInput input, HashSet<string> judged)
    {
        HashSet<(string, string, string)> taken =
        [
            .. input
                .Claims.Where(claim => claim.Status.ReservedFor is not [{ Uid: { } uid }] || !judged.Contains(uid))
                .SelectMany(static claim => claim.Status.Allocation?.Devices?.Results ?? [])
                .Select(static one => (one.Driver, one.Pool, one.Device)),
        ];
        Dictionary<(string Node, string Driver), long> free = [];
        foreach (var pool in input.Slices.GroupBy(static one => (one.Spec.Driver, one.Spec.Pool.Name)))
        {
            long newest = pool.Max(static one => one.Spec.Pool.Generation);
            List<ResourceSlice> slices = [.. pool.Where(one => one.Spec.Pool.Generation == newest)];
            // The scheduler does not allocate from a pool that is being published.
            if (slices.Count != slices[0].Spec.Pool.ResourceSliceCount)
                continue;
            foreach (ResourceSlice slice in slices.Where(static one => !string.IsNullOrEmpty(one.Spec.NodeName)))
            {
                (string, string) key = (slice.Spec.NodeName!, slice.Spec.Driver);
                free[key] =
                    free.GetValueOrDefault(key)
                    + (slice.Spec.Devices ?? []).Count(one =>
                        one.IsPlain && one.Basic?.IsPlain != false && !taken.Contains((slice.Spec.Driver, slice.Spec.Pool.Name, one.Name))
                    );
            }
        }

        return free;
    }

    private static Node With(Node node, IEnumerable<(string Driver, long Count)> devices)
    {
        ReportedNodeStatus status = node.Status;
        Dictionary<string, Quantity> allocatable = new(status.Allocatable ?? []),
            capacity = new(status.Capacity ?? []);
        foreach ((string driver, long count) in devices)
            allocatable[ResourceOf(driver)] = capacity[ResourceOf(driver)] = new(count, QuantityFormat.DecimalSI);
        return new()
        {
            Metadata = node.Metadata,
            Spec = node.Spec,
            Status = new()
            {
                Allocatable = allocatable,
                Capacity = capacity,
                Conditions = status.Conditions,
                Addresses = status.Addresses,
                NodeInfo = status.NodeInfo,
                DaemonEndpoints = status.DaemonEndpoints,
                VolumesAttached = status.VolumesAttached,
                VolumesInUse = status.VolumesInUse,
            },
        };
    }
}
