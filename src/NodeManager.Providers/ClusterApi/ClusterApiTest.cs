using NodeManager.Core.Machines;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.ClusterApi;

/// <summary>Checks the management cluster, the permissions in it, and the owners.</summary>
internal static class ClusterApiTest
{
    private const string OtherAutoscaler = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size";
    private const string TopologyLabel = "topology.cluster.x-k8s.io/owned";

    public static async Task<IReadOnlyList<MachineProviderFinding>> RunAsync(
        KubernetesClient client,
        ClusterApiReader reader,
        ClusterApiProviderSpec spec,
        Func<string, string> redact,
        CancellationToken cancellationToken
    )
    {
        List<MachineProviderFinding> findings = [];
        try
        {
            ClusterApiKinds kinds = await KubernetesFailures.TranslateAsync(() => reader.GetKindsAsync(cancellationToken));
            findings.Add(new("Reachable", true, $"{client.Server} serves {ClusterApiKinds.Group}/{kinds.Version}."));
            if (await FindMissingAsync(client, spec, cancellationToken) is { Length: > 0 } missing)
            {
                findings.Add(
                    new("Permissions", false, $"Permission denied in namespace {spec.Namespace}: {missing}.")
                    {
                        Action = "Grant them with a Role and a RoleBinding in the management cluster.",
                    }
                );
                return findings;
            }

            findings.Add(new("Permissions", true, $"Machines in namespace {spec.Namespace} can be scaled."));
            foreach (MachineOwnerReference owner in spec.Owners)
                findings.Add(await TestAsync(reader, owner, redact, cancellationToken));
        }
        catch (ProviderException e)
        {
            findings.Add(
                new(
                    e.Outcome is MachineOutcome.Unauthorized ? "Credentials"
                        : e.Outcome is MachineOutcome.Forbidden ? "Permissions"
                        : "Reachable",
                    false,
                    redact(e.Message)
                )
                {
                    Action =
                        e.Outcome == MachineOutcome.Unauthorized
                            ? "Replace the kubeconfig in the Secret of spec.credentialsSecretRef."
                            : "Check the address of the management cluster, and that Cluster API is installed there.",
                }
            );
        }

        return findings;
    }

    private static async Task<string> FindMissingAsync(
        KubernetesClient client,
        ClusterApiProviderSpec spec,
        CancellationToken cancellationToken
    )
    {
        List<string> missing = [];
        foreach ((string verb, string plural) in Needed(spec))
        {
            SubjectAccessReviewStatus review = await KubernetesFailures.TranslateAsync(() =>
                client.ReviewAccessAsync(
                    new()
                    {
                        Verb = verb,
                        Group = ClusterApiKinds.Group,
                        Resource = plural,
                        Namespace = spec.Namespace,
                    },
                    cancellationToken
                )
            );
            if (!review.Allowed)
                missing.Add($"cannot {verb} {plural}");
        }

        return string.Join(", ", missing);
    }

    private static IEnumerable<(string Verb, string Plural)> Needed(ClusterApiProviderSpec spec)
    {
        foreach (string plural in (string[])["machines", "machinesets", "machinedeployments"])
        foreach (string verb in (string[])["get", "list", "watch"])
            yield return (verb, plural);
        yield return ("get", "clusters");
        yield return ("list", "machinehealthchecks");
        yield return ("patch", "machines");
        foreach (string kind in spec.Owners.Select(static one => one.Kind).Distinct())
            yield return ("patch", kind == ClusterApiKinds.MachineSet ? "machinesets" : "machinedeployments");
    }

    private static async Task<MachineProviderFinding> TestAsync(
        ClusterApiReader reader,
        MachineOwnerReference owner,
        Func<string, string> redact,
        CancellationToken cancellationToken
    )
    {
        OwnerState state;
        try
        {
            state = await KubernetesFailures.TranslateAsync(() => reader.ReadAsync(owner, cancellationToken));
        }
        catch (ProviderException e)
        {
            return new("Owners", false, redact(e.Message)) { Action = "Correct spec.clusterapi.owners." };
        }

        if (state.Pause is { } pause)
            return new("Owners", false, pause)
            {
                Action = "Resume it. Until then its Machines are neither created nor removed.",
                Weight = MachineFindingWeight.Limited,
            };
        if (state.Owner.Metadata.Annotations?.ContainsKey(OtherAutoscaler) == true)
            return new("Owners", false, $"{state.Name} is also scaled by cluster-autoscaler ({OtherAutoscaler}).")
            {
                Action = "Remove the annotations of cluster-autoscaler from it.",
                Weight = MachineFindingWeight.Risk,
            };
        if (state.Owner.Metadata.Labels?.ContainsKey(TopologyLabel) == true)
            return new("Owners", false, $"{state.Name} belongs to a Cluster topology, which may set its replicas.")
            {
                Action = "Leave replicas out of this MachineDeployment in spec.topology of the Cluster.",
                Weight = MachineFindingWeight.Risk,
            };
        return new(
            "Owners",
            true,
            FormattableString.Invariant($"{state.Name} has {state.Machines.Count} Machines, {state.Record.Claims.Count} of claims.")
        );
    }
}
