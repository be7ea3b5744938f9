using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Scheduling;

/// <summary>
/// What a pod reserves on its node, as the scheduler and the kubelet count it.
/// Source: k8s.io/component-helpers/resource (PodRequests), with the resources of the status taken into account.
/// </summary>
public static class PodRequests
{
    /// <summary>Exact amounts by resource name: cores, bytes, counts. A finished pod reserves nothing.</summary>
    public static IReadOnlyDictionary<string, decimal> Of(Pod pod) =>
        pod.IsFinished() ? new Dictionary<string, decimal>() : Of(pod.Spec, pod.Status);

    /// <summary>The same for a pod that does not run yet: a template, or one to be placed.</summary>
    public static IReadOnlyDictionary<string, decimal> Of(PodSpec spec, PodStatus? status = null)
    {
        Dictionary<string, decimal> sum = [];
        foreach (Container container in spec.Containers)
            Add(sum, Granted(container, status?.ContainerStatuses, status));

        // Init containers run one after another, beside the sidecars that were started before them.
        Dictionary<string, decimal> sidecars = [];
        Dictionary<string, decimal> peak = [];
        foreach (Container container in spec.InitContainers ?? [])
        {
            bool isSidecar = container.RestartPolicy == "Always";
            Dictionary<string, decimal> own = isSidecar
                ? Granted(container, status?.InitContainerStatuses, status)
                : Amounts(container.Resources?.Requests);
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

        foreach ((string name, Quantity quantity) in spec.Resources?.Requests ?? [])
            if (IsPodLevel(name)) sum[name] = quantity.Value;
        Add(sum, Amounts(spec.Overhead));
        return sum;
    }

    /// <summary>
    /// During an in-place resize the largest of what is wanted, granted and used counts; what was found infeasible is not wanted.
    /// </summary>
    private static Dictionary<string, decimal> Granted(Container container, List<ContainerStatus>? statuses, PodStatus? status)
    {
        Dictionary<string, decimal> wanted = Amounts(container.Resources?.Requests);
        ContainerStatus? own = statuses?.Find(candidate => candidate.Name == container.Name);
        if (own?.Resources is null) return wanted;
        Dictionary<string, decimal> result = IsInfeasible(status!) ? [] : wanted;
        Raise(result, Amounts(own.Resources.Requests));
        Raise(result, Amounts(own.AllocatedResources));
        return result;
    }

    /// <summary>Said by a condition since 1.33, by a field before.</summary>
    private static bool IsInfeasible(PodStatus status) =>
        status.Resize == "Infeasible"
        || status.Conditions?.Exists(condition => condition is { Type: "PodResizePending", Status: "True", Reason: "Infeasible" }) == true;

    private static bool IsPodLevel(string name) =>
        name is "cpu" or "memory" || name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static Dictionary<string, decimal> Amounts(Dictionary<string, Quantity>? quantities)
    {
        Dictionary<string, decimal> amounts = [];
        foreach ((string name, Quantity quantity) in quantities ?? []) amounts[name] = quantity.Value;
        return amounts;
    }

    private static void Add(Dictionary<string, decimal> total, Dictionary<string, decimal> more)
    {
        foreach ((string name, decimal amount) in more) total[name] = total.GetValueOrDefault(name) + amount;
    }

    private static void Raise(Dictionary<string, decimal> total, Dictionary<string, decimal> atLeast)
    {
        foreach ((string name, decimal amount) in atLeast)
            if (!total.TryGetValue(name, out decimal present) || present < amount) total[name] = amount;
    }
}
