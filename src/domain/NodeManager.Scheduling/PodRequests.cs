using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Scheduling;

/// <summary>
/// The resources that a pod reserves on its node, as the scheduler and the kubelet count them. Source: k8s.io/component-helpers/resource
/// (PodRequests), with the resources of the status taken into account.
/// </summary>
public static class PodRequests
{
    /// <summary>Exact amounts by resource name: cores, bytes, counts. A completed pod reserves nothing.</summary>
    public static IReadOnlyDictionary<string, decimal> Of(Pod pod) => ListOf(pod);

    /// <summary>
    /// The scheduler's default for scoring a container without a cpu or memory request: 100m and 200 MiB. An explicit 0 is 0.
    /// </summary>
    public static IReadOnlyDictionary<string, decimal> Assumed { get; } = new AmountList { ["cpu"] = 0.1m, ["memory"] = 200 * 1024 * 1024 };

    /// <summary>As above, for a pod that is not running: a template, or a pod to place.</summary>
    /// <param name="status">The allocated resources of a running pod.</param>
    /// <param name="missing">The default for missing requests of a container; null: none.</param>
    public static IReadOnlyDictionary<string, decimal> Of(
        PodSpec spec,
        PodStatus? status = null,
        IReadOnlyDictionary<string, decimal>? missing = null
    ) => ListOf(spec, status, missing);

    /// <inheritdoc cref="Of(Pod)" />
    internal static AmountList ListOf(Pod pod) => pod.IsFinished() ? new() : ListOf(pod.Spec, pod.Status);

    /// <inheritdoc cref="Of(PodSpec, PodStatus?, IReadOnlyDictionary{string, decimal}?)" />
    internal static AmountList ListOf(PodSpec spec, PodStatus? status = null, IReadOnlyDictionary<string, decimal>? missing = null)
    {
        AmountList? first = null;
        foreach (Container container in spec.Containers)
        {
            AmountList own = With(missing, Granted(container, status?.ContainerStatuses, status));
            if (first is null)
                first = own;
            else
                first.Add(own);
        }

        AmountList sum = first ?? new();
        if (spec.InitContainers is { Count: > 0 })
            AddInitContainers(sum, spec, status, missing);
        foreach ((string name, Quantity quantity) in spec.Resources?.Requests ?? [])
            if (IsPodLevel(name))
                sum[name] = quantity.Value;
        if (spec.Overhead is not null)
            sum.Add(Amounts(spec.Overhead));
        return sum;
    }

    /// <summary>Init containers run one after another, beside the sidecars started before them.</summary>
    private static void AddInitContainers(AmountList sum, PodSpec spec, PodStatus? status, IReadOnlyDictionary<string, decimal>? missing)
    {
        AmountList sidecars = new();
        AmountList peak = new();
        foreach (Container container in spec.InitContainers!)
        {
            bool isSidecar = container.RestartPolicy == "Always";
            AmountList own = With(
                missing,
                isSidecar ? Granted(container, status?.InitContainerStatuses, status) : Amounts(container.Resources?.Requests)
            );
            if (isSidecar)
            {
                sum.Add(own);
                sidecars.Add(own);
                peak.Raise(sidecars);
            }
            else
            {
                own.Add(sidecars);
                peak.Raise(own);
            }
        }

        sum.Raise(peak);
    }

    /// <summary>
    /// During an in-place resize the largest of requested, allocated and used resources counts, without an infeasible request.
    /// </summary>
    private static AmountList Granted(Container container, List<ContainerStatus>? statuses, PodStatus? status)
    {
        AmountList wanted = Amounts(container.Resources?.Requests);
        ContainerStatus? own = statuses?.Find(candidate => candidate.Name == container.Name);
        if (own?.Resources is null)
            return wanted;
        AmountList result = IsInfeasible(status!) ? new() : wanted;
        result.Raise(Amounts(own.Resources.Requests));
        result.Raise(Amounts(own.AllocatedResources));
        return result;
    }

    /// <summary>Reported by a condition since 1.33, by a field before.</summary>
    private static bool IsInfeasible(PodStatus status) =>
        status.Resize == "Infeasible"
        || status.Conditions?.Exists(condition => condition is { Type: "PodResizePending", Status: "True", Reason: "Infeasible" }) == true;

    internal static bool IsPodLevel(string name) => name is "cpu" or "memory" || name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static AmountList With(IReadOnlyDictionary<string, decimal>? missing, AmountList requests)
    {
        if (missing is null)
            return requests;
        foreach ((string name, decimal amount) in missing)
            if (!requests.ContainsKey(name))
                requests[name] = amount;
        return requests;
    }

    private static AmountList Amounts(Dictionary<string, Quantity>? quantities)
    {
        AmountList amounts = new();
        foreach ((string name, Quantity quantity) in quantities ?? [])
            amounts[name] = quantity.Value;
        return amounts;
    }
}
