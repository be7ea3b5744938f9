using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Health;

/// <summary>
/// Reads the input of health rules: pods from the session's shared caches; Leases, events and the version by one request each; all
/// concurrently. Forbidden data is left out with a warning.
/// </summary>
/// <param name="observer">Warned once for each kind that cannot be read, with the findings that are missing then.</param>
internal sealed class HealthReader(ClusterConnection connection, IOperationObserver observer)
{
    // Up to here, requests by name cost less than a list of the whole cluster.
    private const int FewNodes = NodeScope<Pod>.Limit;

    private readonly KubernetesClient _client = connection.Client;

    public async Task<HealthSurroundings> ReadAsync(IReadOnlyCollection<string> nodes, CancellationToken cancellationToken)
    {
        bool isFew = nodes.Count <= FewNodes;
        Task<string> version = VersionAsync(cancellationToken);
        Task<Func<string, IReadOnlyList<Pod>>> pods = IfAllowedAsync(
            PodsAsync(isFew ? nodes : null, cancellationToken),
            "Pods",
            "restarting system pods, evicted pods, the pod limit and repelling taints",
            static _ => []
        );
        Task<(Dictionary<string, NodeLease> Leases, DateTimeOffset? ReadAt)> leases = IfAllowedAsync(
            LeasesAsync(isFew ? nodes : null, cancellationToken),
            $"Leases of namespace {NodeLeases.Namespace}",
            "stale Leases and clock skew",
            ([], null)
        );
        Task<List<Event>> aboutNodes = IfAllowedAsync(
            EventsAsync(isFew ? [.. nodes.Select(static name => OfNode(name))] : [OfNode(null)], cancellationToken),
            "Events",
            "flapping, evictions and image garbage collection",
            []
        );
        Task<List<Event>> evictions = IfAllowedAsync(
            EventsAsync([FieldSelector.Equal("reason", Checks.KubeletEventRules.Evicted)], cancellationToken),
            null,
            null,
            []
        );
        await Task.WhenAll(version, pods, leases, aboutNodes, evictions);

        ILookup<string, Event> events = (await aboutNodes)
            .Concat((await evictions).Where(static one => one.InvolvedObject.Kind == "Pod"))
            .ToLookup(
                static one =>
                    one.InvolvedObject.Kind == "Node" ? one.InvolvedObject.Name ?? "" : one.Source?.Host ?? one.ReportingInstance ?? "",
                StringComparer.Ordinal
            );
        // Pods of a large cluster arrive later than Leases, which would be taken for stale.
        (Dictionary<string, NodeLease> known, DateTimeOffset? readAt) = await leases;
        return new(readAt ?? _client.ServerTime, await version, await pods, known, events);
    }

    private static string OfNode(string? name) =>
        FieldSelector.And(
            FieldSelector.Equal("involvedObject.kind", "Node"),
            name is null ? null : FieldSelector.Equal("involvedObject.name", name)
        )!;

    // The connection's version is from its start; the control plane may have been upgraded since.
    private async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await _client.GetVersionAsync(cancellationToken)).GitVersion;
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return "";
        }
    }

    private async Task<Func<string, IReadOnlyList<Pod>>> PodsAsync(IReadOnlyCollection<string>? nodes, CancellationToken cancellationToken)
    {
        ObjectCaches caches = connection.Caches();
        if (nodes is not null)
        {
            using NodeCaches<Pod> few = caches.Open(ClusterPods.OfNodes, nodes);
            await Task.WhenAll(nodes.Select(node => few.Of(node).Synced)).WaitAsync(cancellationToken);
            Dictionary<string, IReadOnlyList<Pod>> known = nodes.ToDictionary(
                static node => node,
                node => few.Of(node).FindAll(PodIndexes.ByNode, node),
                StringComparer.Ordinal
            );
            return node => known.GetValueOrDefault(node) ?? [];
        }

        using CacheUse<Pod> all = caches.Open(ClusterPods.Type, new());
        await all.Cache.Synced.WaitAsync(cancellationToken);
        ILookup<string, Pod> byNode = all.Cache.Items.ToLookup(static pod => pod.Spec.NodeName ?? "", StringComparer.Ordinal);
        return node => [.. byNode[node]];
    }

    private async Task<(Dictionary<string, NodeLease> Leases, DateTimeOffset? ReadAt)> LeasesAsync(
        IReadOnlyCollection<string>? nodes,
        CancellationToken cancellationToken
    )
    {
        IEnumerable<NodeLease> leases = await NodeLeases.ReadAsync(_client, nodes, cancellationToken);
        DateTimeOffset readAt = _client.ServerTime;
        return (leases.ToDictionary(static lease => lease.Metadata.Name, StringComparer.Ordinal), readAt);
    }

    private async Task<List<Event>> EventsAsync(IReadOnlyList<string> selectors, CancellationToken cancellationToken)
    {
        KubernetesList<Event>[] lists = await Task.WhenAll(
            selectors.Select(selector => _client.ListAsync(Resources.Events, new() { FieldSelector = selector }, cancellationToken))
        );
        return [.. lists.SelectMany(static list => list.Items)];
    }

    private async Task<T> IfAllowedAsync<T>(Task<T> reading, string? what, string? missing, T otherwise)
    {
        try
        {
            return await reading;
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            if (what is not null)
                observer.Warning(
                    $"{what} of cluster '{connection.Cluster}' cannot be read, so findings about {missing} are missing: {refused.Message}"
                );
            return otherwise;
        }
    }
}
