using System.Text.Json;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Scheduling;

/// <summary>Applies the API server's defaulting of a new pod, as far as the scheduler's rules depend on it.</summary>
public static class PodDefaults
{
    // Before this minor version, the API server drops these keys.
    private const int LabelKeysFrom = 31;

    // Before this minor version, the API server drops the resources of pods by default.
    private const int PodResourcesFrom = 34;

    /// <summary>A copy: limits replace missing requests, and label keys of affinity terms become part of their selectors.</summary>
    /// <param name="minor">The minor version of the API server.</param>
    public static Pod AsCreated(this Pod pod, int minor)
    {
        Pod created = JsonSerializer.Deserialize(
            JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.Pod),
            KubernetesJson.Default.Pod
        )!;
        created.Spec.Containers = created.Spec.Containers.WithDefaultRequests();
        created.Spec.InitContainers = created.Spec.InitContainers?.WithDefaultRequests();
        if (minor >= PodResourcesFrom)
            created.Spec.Resources = created.Spec.ResourcesWithDefaults();
        if (minor < LabelKeysFrom)
            return created;
        foreach (
            PodAffinityTerm term in new[] { created.Spec.Affinity?.PodAffinity, created.Spec.Affinity?.PodAntiAffinity }.SelectMany(TermsOf)
        )
        {
            Merge(term, term.MatchLabelKeys, "In", created.Metadata.Labels);
            Merge(term, term.MismatchLabelKeys, "NotIn", created.Metadata.Labels);
        }

        return created;
    }

    /// <summary>
    /// The containers with limits as missing requests. The API server sets these requests in pods, and not in the templates of workloads.
    /// </summary>
    public static List<Container> WithDefaultRequests(this List<Container> containers) =>
        containers.Exists(LacksRequests) ? containers.ConvertAll(static one => LacksRequests(one) ? Complete(one) : one) : containers;

    /// <summary>
    /// The resources of the whole pod, if it has limits: the requests of the containers replace missing requests, or else the limits.
    /// Hugepages are not overcommitted, so their limits are the requests. Source: the defaults of the API server (defaultPodRequests).
    /// </summary>
    public static ResourceRequirements? ResourcesWithDefaults(this PodSpec spec)
    {
        if (spec.Resources is not { Limits: { Count: > 0 } limits } given)
            return spec.Resources;
        Dictionary<string, Quantity> requests = new(given.Requests ?? [], StringComparer.Ordinal);
        PodSpec containers = new()
        {
            Containers = spec.Containers.WithDefaultRequests(),
            InitContainers = spec.InitContainers?.WithDefaultRequests(),
        };
        foreach ((string resource, decimal sum) in PodRequests.Of(containers))
            if (resource is "cpu" or "memory")
                requests.TryAdd(resource, new(sum, resource == "cpu" ? QuantityFormat.DecimalSI : QuantityFormat.BinarySI));
        foreach ((string resource, Quantity limit) in limits)
            if (PodRequests.IsPodLevel(resource))
                requests.TryAdd(resource, limit);
        return new() { Requests = requests, Limits = limits };
    }

    private static bool LacksRequests(Container container) =>
        container.Resources is { Limits: { } limits, Requests: var requests }
        && limits.Keys.Any(name => requests?.ContainsKey(name) != true);

    private static Container Complete(Container container)
    {
        ResourceRequirements given = container.Resources!;
        Dictionary<string, Quantity> requests = new(given.Requests ?? [], StringComparer.Ordinal);
        foreach ((string resource, Quantity limit) in given.Limits!)
            requests.TryAdd(resource, limit);
        return new()
        {
            Name = container.Name,
            Image = container.Image,
            Resources = new() { Requests = requests, Limits = given.Limits },
            Ports = container.Ports,
            RestartPolicy = container.RestartPolicy,
        };
    }

    private static IEnumerable<PodAffinityTerm> TermsOf(PodAffinity? affinity) =>
        (affinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? []).Concat(
            (affinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(static preferred => preferred.PodAffinityTerm)
        );

    // A key without a label on the pod is left out.
    private static void Merge(PodAffinityTerm term, List<string>? keys, string operation, Dictionary<string, string>? labels)
    {
        if (term.LabelSelector is not { } selector)
            return;
        foreach (string key in keys ?? [])
            if (labels?.GetValueOrDefault(key) is { } value)
                (selector.MatchExpressions ??= []).Add(
                    new()
                    {
                        Key = key,
                        Operator = operation,
                        Values = [value],
                    }
                );
    }
}
