using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Scheduling;

/// <summary>
/// The resources that a pod reserves on its node, as the scheduler and the kubelet count them. Source: k8s.io/component-helpers/resource
/// (PodRequests), with the resources of the status taken into account.
/// </summary>
public static class PodRequests
{
    /// <summary>Exact amounts by resource name: cores, bytes, counts. A completed pod reserves nothing.</summary>
    public static IReadOnlyDictionary<string, decimal> Of(Pod pod) =>
        pod.IsFinished() ? new Dictionary<string, decimal>() : Of(pod.Spec, pod.Status);

    /// <summary>
    /// The scheduler's default for scoring a container without a cpu or memory request: 100m and 200 MiB. An explicit 0 is 0.
    /// </summary>
    public static IReadOnlyDictionary<string, decimal> Assumed { get; } =
        new Dictionary<string, decimal> { ["cpu"] = 0.1m, ["memory"] = 200 * 1024 * 1024 };

    /// <summary>As above, for a pod that is not running: a template, or a pod to place.</summary>
    /// <param name="status">The allocated resources of a running pod.</param>
    /// <param name="missing">The default for missing requests of a container; null: none.</param>
    public static IReadOnlyDictionary<string, decimal> Of(
        PodSpec spec,
        PodStatus? status = null,
        IReadOnlyDictionary<string, decimal>? missing = null
    )
    {
        Dictionary<string, decimal>? first = null;
        foreach (Container container in spec.Containers)
        {
            Dictionary<string, decimal> own = With(missing, Granted(container, status?.ContainerStatuses, status));
            if (first is null)
                first = own;
            else
                Add(first, own);
        }

        Dictionary<string, decimal> sum = first ?? [];
        if (spec.InitContainers is { Count: > 0 })
            AddInitContainers(sum, spec, status, missing);
        foreach ((string name, Quantity quantity) in spec.Resources?.Requests ?? [])
            if (IsPodLevel(name))
                sum[name] = quantity.Value;
        if (spec.Overhead is not null)
            Add(sum, Amounts(spec.Overhead));
        return sum;
    }

    /// <summary>Init containers run one after another, beside the sidecars started before them.</summary>
    private static void AddInitContainers(
        Dictionary<string, decimal> sum,
        PodSpec spec,
        PodStatus? status,
        IReadOnlyDictionary<string, decimal>? missing
    )
    {
        Dictionary<string, decimal> sidecars = [];
        Dictionary<string, decimal> peak = [];
        foreach (Container container in spec.InitContainers!)
        {
            bool isSidecar = container.RestartPolicy == "Always";
            Dictionary<string, decimal> own = With(
                missing,
                isSidecar ? Granted(container, status?.InitContainerStatuses, status) : Amounts(container.Resources?.Requests)
            );
            if (isSidecar)
            {
                Add(sum, own);
                Add(sidecars, own);
                Raise(peak, sidecars);
            }
            else
            {
                Add(own, sidecars);
                Raise(peak, own);
            }
        }

        Raise(sum, peak);
    }

    /// <summary>
    /// During an in-place resize the largest of requested, allocated and used resources counts, without an infeasible request.
    /// </summary>
    private static Dictionary<string, decimal> Granted(Container container, List<ContainerStatus>? statuses, PodStatus? status)
    {
        Dictionary<string, decimal> wanted = Amounts(container.Resources?.Requests);
        ContainerStatus? own = statuses?.Find(candidate => candidate.Name == container.Name);
        if (own?.Resources is null)
            return wanted;
        Dictionary<string, decimal> result = IsInfeasible(status!) ? [] : wanted;
        Raise(result, Amounts(own.Resources.Requests));
        Raise(result, Amounts(own.AllocatedResources));
        return result;
    }

    /// <summary>Reported by a condition since 1.33, by a field before.</summary>
    private static bool IsInfeasible(PodStatus status) =>
        status.Resize == "Infeasible"
        || status.Conditions?.Exists(condition => condition is { Type: "PodResizePending", Status: "True", Reason: "Infeasible" }) == true;

    private static bool IsPodLevel(string name) => name is "cpu" or "memory" || name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static Dictionary<string, decimal> With(IReadOnlyDictionary<string, decimal>? missing, Dictionary<string, decimal> requests)
    {
        if (missing is null)
            return requests;
        foreach ((string name, decimal amount) in missing)
            requests.TryAdd(name, amount);
        return requests;
    }

    private static Dictionary<string, decimal> Amounts(Dictionary<string, Quantity>? quantities)
    {
        Dictionary<string, decimal> amounts = [];
        foreach ((string name, Quantity quantity) in quantities ?? [])
            amounts[name] = quantity.Value;
        return amounts;
    }

    private static void Add(Dictionary<string, decimal> total, Dictionary<string, decimal> more)
    {
        foreach ((string name, decimal amount) in more)
            total[name] = total.GetValueOrDefault(name) + amount;
    }

    private static void Raise(Dictionary<string, decimal> total, Dictionary<string, decimal> atLeast)
    {
        foreach ((string name, decimal amount) in atLeast)
            if (!total.TryGetValue(name, out decimal present) || present < amount)
                total[name] = amount;
    }
}
