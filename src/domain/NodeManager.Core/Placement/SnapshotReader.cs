using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Placement;

/// <summary>A cluster as read once.</summary>
/// <param name="Pods">All pods, including unscheduled ones, with the fields of <see cref="ClusterPods"/>.</param>
/// <param name="IsCached">True if nodes or pods are those of a cache, which may lack the latest changes.</param>
public sealed record ClusterReading(ClusterSnapshot Snapshot, IReadOnlyList<Node> Nodes, IReadOnlyList<Pod> Pods, bool IsCached);

/// <summary>Reads a cluster for the scheduler's rules: shared by simulations and drain plans, so that their scores agree.</summary>
/// <param name="warn">Receives the kinds that cannot be read; the rules then know less.</param>
/// <param name="caches">Their nodes and pods of the whole cluster are taken if they are open and connected; null: everything is listed.</param>
public sealed class SnapshotReader(KubernetesClient client, Action<string> warn, ObjectCaches? caches = null)
{
    // Of the process, and since its last complete collection, in bytes.
    private const long MuchMemory = 512 * 1024 * 1024;
    private const long MuchSince = 64 * 1024 * 1024;

    /// <param name="minor">The minor version whose rules apply; null: the server's.</param>
    /// <param name="knowsStorage">True to judge claims that are unbound or missing, which needs the storage classes.</param>
    /// <param name="scoredNodes">Of more nodes no images are read, which only scores need.</param>
    public async Task<ClusterReading> ReadAsync(
        int? minor,
        CancellationToken cancellationToken,
        bool knowsStorage = false,
        int scoredNodes = int.MaxValue
    )
    {
        CollectGarbage();
        var server = client.GetCapabilitiesAsync(cancellationToken);
        var nodes = ItemsAsync(Resources.Nodes, cancellationToken);
        var pods = ItemsAsync(ClusterPods.Type, cancellationToken);
        var images = ImagesAsync(nodes, scoredNodes, cancellationToken);
        var services = IfAllowedAsync(Resources.Services, "services", cancellationToken);
        var namespaces = IfAllowedAsync(Resources.Namespaces, "namespaces", cancellationToken);
        var claims = IfAllowedAsync(Resources.PersistentVolumeClaims, "volume claims", cancellationToken);
        var volumes = IfAllowedAsync(Resources.PersistentVolumes, "volumes", cancellationToken);
        var classes = knowsStorage
            ? IfAllowedAsync(Resources.StorageClasses, "storage classes", cancellationToken)
            : Task.FromResult<List<StorageClass>?>(null);
        await Task.WhenAll(server, nodes, pods, images, services, namespaces, claims, volumes, classes);

        // An object that is missing in an incomplete list may exist.
        bool isWhole = await claims is not null && await volumes is not null && await classes is not null;
        ClusterSnapshot snapshot = new(minor ?? (await server).Minor) { KnowsStorage = isWhole };
        foreach (var node in (await nodes).Items)
            snapshot.SetNode(node);
        snapshot.EnsureCapacity((await pods).Items.Count);
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
        return new(snapshot, (await nodes).Items, (await pods).Items, (await nodes).IsCached || (await pods).IsCached);
    }

    private async Task<(IReadOnlyList<T> Items, bool IsCached)> ItemsAsync<T>(ResourceType<T> type, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        using CacheUse<T>? open = caches?.JoinOpen(type);
        return open?.Cache is { Watch.IsConnected: true } cache
            ? (cache.Items, true)
            : ((await client.ListAsync(type, new() { SharesParts = true }, cancellationToken)).Items, false);
    }

    private async Task<List<NodeImages>?> ImagesAsync(
        Task<(IReadOnlyList<Node> Items, bool IsCached)> nodes,
        int scoredNodes,
        CancellationToken cancellationToken
    ) =>
        scoredNodes < int.MaxValue && (await nodes).Items.Count > scoredNodes
            ? null
            : await IfAllowedAsync(Resources.NodeImages, "the images of nodes", cancellationToken);

    // What an earlier reading left may be as large as the new one. In the background, so that nothing pauses.
    private static void CollectGarbage()
    {
        long used = GC.GetTotalMemory(forceFullCollection: false);
        if (used < MuchMemory)
            return;
        GCMemoryInfo background = GC.GetGCMemoryInfo(GCKind.Background),
            blocking = GC.GetGCMemoryInfo(GCKind.FullBlocking),
            last = background.Index > blocking.Index ? background : blocking;
        if (used - (last.HeapSizeBytes - last.FragmentedBytes) > MuchSince)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
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
