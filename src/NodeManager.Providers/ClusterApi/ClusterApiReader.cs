using System.Net;
using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.ClusterApi;

/// <summary>Reads the owners and Machines of a provider from the management cluster.</summary>
internal sealed class ClusterApiReader(KubernetesClient client, ClusterApiProviderSpec spec)
{
    private const string ClusterLabel = "cluster.x-k8s.io/cluster-name";
    public const string PausedAnnotation = "cluster.x-k8s.io/paused";

    private ClusterApiKinds? _kinds;

    /// <summary>The kinds in the best version that the server serves.</summary>
    /// <exception cref="ProviderException">Invalid: the server has no supported version.</exception>
    public async Task<ClusterApiKinds> GetKindsAsync(CancellationToken cancellationToken)
    {
        if (_kinds is { } known)
            return known;
        IReadOnlyList<string> served = await ListVersionsAsync(cancellationToken);
        return ClusterApiKinds.Versions.FirstOrDefault(served.Contains) is { } version
            ? _kinds = new(version)
            : throw new ProviderException(
                MachineOutcome.Invalid,
                served.Count == 0
                    ? $"{client.Server} does not serve {ClusterApiKinds.Group}: Cluster API is not installed there."
                    : $"{client.Server} serves {ClusterApiKinds.Group} in {string.Join(", ", served)} only. Supported versions: {string.Join(", ", ClusterApiKinds.Versions)}."
            );
    }

    /// <summary>The owner first, then its Machines: a change between the two makes a write of the owner fail.</summary>
    /// <exception cref="ProviderException">Invalid: the owner does not exist or cannot be scaled.</exception>
    public async Task<OwnerState> ReadAsync(MachineOwnerReference reference, CancellationToken cancellationToken)
    {
        ClusterApiKinds kinds = await GetKindsAsync(cancellationToken);
        MachineOwner owner =
            await client.FindAsync(kinds.OwnersOf(reference.Kind), reference.Name, spec.Namespace, cancellationToken)
            ?? throw new ProviderException(MachineOutcome.Invalid, $"{reference.Kind} {spec.Namespace}/{reference.Name} does not exist.");
        if (ControllerOf(owner) is { } parent)
            throw new ProviderException(
                MachineOutcome.Invalid,
                $"{reference.Kind} {spec.Namespace}/{reference.Name} is scaled by its {parent.Kind} {parent.Name}. Name that one in spec.clusterapi.owners."
            );
        string? pause = await FindPauseAsync(kinds, reference, owner, cancellationToken);
        HashSet<string> controllers = [owner.Metadata.Uid!];
        if (reference.Kind == ClusterApiKinds.MachineDeployment)
            controllers =
            [
                .. (await ListAsync(kinds.MachineSets, owner, cancellationToken))
                    .Where(set => ControllerOf(set)?.Uid == owner.Metadata.Uid)
                    .Select(static set => set.Metadata.Uid!),
            ];
        ClusterMachine[] machines =
        [
            .. (await ListAsync(kinds.Machines, owner, cancellationToken)).Where(one =>
                ControllerOf(one) is { } parent && controllers.Contains(parent.Uid)
            ),
        ];
        return new(
            reference,
            owner,
            OwnerRecord.Read(owner.Metadata.Annotations),
            machines,
            machines.Select(static one => ControllerOf(one)!.Uid).Distinct().Count(),
            pause
        );
    }

    /// <summary>The MachineHealthChecks that may select a Machine; none without Machines.</summary>
    public async Task<HealthChecks> ReadHealthChecksAsync(IEnumerable<ClusterMachine> machines, CancellationToken cancellationToken)
    {
        if (!machines.Any())
            return new([]);
        ClusterApiKinds kinds = await GetKindsAsync(cancellationToken);
        return new((await client.ListAsync(kinds.HealthChecks, new() { Namespace = spec.Namespace }, cancellationToken)).Items);
    }

    private async Task<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            ApiGroup? group = await client.ReadAsync(
                $"/apis/{ClusterApiKinds.Group}",
                static (body, token) => JsonSerializer.DeserializeAsync(body, ClusterApiJson.Default.ApiGroup, token),
                cancellationToken
            );
            return [.. (group?.Versions ?? []).Select(static one => one.Version)];
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    private async Task<List<T>> ListAsync<T>(
        NodeManager.Kubernetes.Requests.ResourceType<T> type,
        MachineOwner owner,
        CancellationToken cancellationToken
    )
        where T : KubernetesObject =>
        (
            await client.ListAsync(
                type,
                new() { Namespace = spec.Namespace, LabelSelector = $"{ClusterLabel}={owner.Spec.ClusterName}" },
                cancellationToken
            )
        ).Items;

    // Source: https://cluster-api.sigs.k8s.io/developer/providers/contracts/overview (paused objects)
    private async Task<string?> FindPauseAsync(
        ClusterApiKinds kinds,
        MachineOwnerReference reference,
        MachineOwner owner,
        CancellationToken cancellationToken
    )
    {
        if (owner.Spec.Paused == true || owner.Metadata.Annotations?.ContainsKey(PausedAnnotation) == true)
            return $"{reference.Kind} {spec.Namespace}/{reference.Name} is paused.";
        MachineCluster? cluster = await client.FindAsync(kinds.Clusters, owner.Spec.ClusterName, spec.Namespace, cancellationToken);
        return cluster?.Spec.Paused == true ? $"Cluster {spec.Namespace}/{owner.Spec.ClusterName} is paused." : null;
    }

    private static OwnerReference? ControllerOf(KubernetesObject item) =>
        item.Metadata.OwnerReferences?.Find(static one => one.Controller == true);
}
