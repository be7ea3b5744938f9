using System.Net;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Placement;

/// <summary>A cluster as it was read once.</summary>
/// <param name="Snapshot">As the scheduler's rules see it.</param>
/// <param name="Nodes">All of them.</param>
/// <param name="Pods">All of them, those without a node included.</param>
public sealed record ClusterReading(ClusterSnapshot Snapshot, IReadOnlyList<Node> Nodes, IReadOnlyList<Pod> Pods);

/// <summary>Reads a cluster as the scheduler's rules see it: the same for simulations and for the plans of drains, so that their scores agree.</summary>
/// <param name="client">Whose cluster.</param>
/// <param name="warn">Told of what may not be read; the rules then know less.</param>
public sealed class SnapshotReader(KubernetesClient client, Action<string> warn)
{
    /// <summary>Reads each kind once.</summary>
    /// <param name="minor">The release whose rules count; null: the server's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="knowsStorage">Whether claims that are not bound yet, or do not exist, are to be judged; the storage classes are read for it.</param>
    public async Task<ClusterReading> ReadAsync(int? minor, CancellationToken cancellationToken, bool knowsStorage = false)
    {
        var everything = new ListOptions();
        var server = client.GetCapabilitiesAsync(cancellationToken);
        var nodes = client.ListAsync(Resources.Nodes, everything, cancellationToken);
        var pods = client.ListAsync(Resources.Pods, everything, cancellationToken);
        var images = IfAllowedAsync(Resources.NodeImages, "the images of nodes", cancellationToken);
        var services = IfAllowedAsync(Resources.Services, "services", cancellationToken);
        var namespaces = IfAllowedAsync(Resources.Namespaces, "namespaces", cancellationToken);
        var claims = IfAllowedAsync(Resources.PersistentVolumeClaims, "volume claims", cancellationToken);
        var volumes = IfAllowedAsync(Resources.PersistentVolumes, "volumes", cancellationToken);
        var classes = knowsStorage
            ? IfAllowedAsync(Resources.StorageClasses, "storage classes", cancellationToken)
            : Task.FromResult<List<StorageClass>?>(null);
        await Task.WhenAll(server, nodes, pods, images, services, namespaces, claims, volumes, classes);

        // What is missing in a list that may not be read may exist.
        bool isWhole = await claims is not null && await volumes is not null && await classes is not null;
        ClusterSnapshot snapshot = new(minor ?? (await server).Minor) { KnowsStorage = isWhole };
        foreach (var node in (await nodes).Items)
            snapshot.SetNode(node);
        foreach (var pod in (await pods).Items)
            snapshot.SetPod(pod);
        foreach (var node in await images ?? [])
            snapshot.SetImages(node.Metadata.Name, node.Status.Images);
        foreach (var service in await services ?? [])
            snapshot.SetService(service);
        foreach (var space in await namespaces ?? [])
            snapshot.SetNamespace(space.Metadata.Name, space.Metadata.Labels);
        foreach (var claim in await claims ?? [])
            snapshot.SetClaim(claim);
        foreach (var volume in await volumes ?? [])
            snapshot.SetVolume(volume);
        foreach (var storageClass in await classes ?? [])
            snapshot.SetStorageClass(storageClass);
        return new(snapshot, (await nodes).Items, (await pods).Items);
    }

    private async Task<List<T>?> IfAllowedAsync<T>(ResourceType<T> type, string what, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return (await client.ListAsync(type, new ListOptions(), cancellationToken)).Items;
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            warn($"{char.ToUpperInvariant(what[0])}{what[1..]} cannot be read and are not taken into account: {refused.Message}");
            return null;
        }
    }
}
