using System.Runtime.CompilerServices;
using NodeManager.Core.Errors;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

public static class NodeReader
{
    // Up to this number, concurrent single requests cost less than a page of 500 nodes.
    private const int FewNames = 16;

    /// <summary>Yields nodes as they arrive. With usage, pods and metrics are read once, concurrently with the nodes.</summary>
    /// <param name="missing">
    /// Receives every plain name without a node (NodeNotFound, InvalidNodeName), and replaced nodes (NodeReplaced); the others follow.
    /// </param>
    /// <param name="observer">Warned once if metrics are absent.</param>
    public static IAsyncEnumerable<ClusterNode> ReadAsync(
        NodeManagerSession session,
        NodeQuery query,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        NodeInput.CheckSelector(query.Selector);
        return ClusterOperation.StreamAsync(
            session,
            null,
            (connection, token) => ReadAsync(session, connection, query, missing, observer, token),
            cancellationToken
        );
    }

    private static async IAsyncEnumerable<ClusterNode> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeQuery query,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        KubernetesClient client = connection.Client;
        var filter = new NodeFilter(query);
        bool byName = filter.PlainNames.Count is > 0 and <= FewNames && !filter.HasWildcards && query.Selector is null;

        // If the reader stops or fails, concurrent requests are cancelled, too.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<NodeLoads>? loads = query.Usage ? NodeLoads.ReadAsync(session, byName ? filter.ValidNames : null, observer, stop.Token) : null;
        try
        {
            IAsyncEnumerable<IReadOnlyList<Node>>? nodes =
                byName ? GetEachAsync(client, filter.PlainNames, session.Cluster, missing, stop.Token)
                : loads is not null ? ListNodesAsync(connection, filter, observer, stop.Token)
                : null;
            IAsyncEnumerable<IReadOnlyList<ClusterNode>> pages = nodes is null
                ? ListMappedAsync(session, connection, filter, observer, stop.Token)
                : MapAsync(session, connection, loads, nodes);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            await foreach (IReadOnlyList<ClusterNode> page in pages)
            {
                foreach (ClusterNode mapped in page)
                {
                    if (filter.PlainNames.Count > 0)
                        seen.Add(mapped.Name);
                    if (!filter.Matches(mapped))
                        continue;
                    if (query.Uids.TryGetValue(mapped.Name, out string? uid) && uid != mapped.Uid)
                        missing(ErrorTranslator.NodeReplaced(mapped.Name, uid, mapped.Uid, session.Cluster));
                    else
                        yield return mapped;
                }
            }

            if (!byName && filter.PlainNames.Where(n => !seen.Contains(n)).ToList() is { Count: > 0 } unseen)
                await ReportMissingAsync(client, unseen, filter.Lists(), session.Cluster, missing, stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            if (loads is not null)
                await ((Task)loads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IAsyncEnumerable<IReadOnlyList<Node>> ListNodesAsync(
        ClusterConnection connection,
        NodeFilter filter,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ListAsync(
            connection.Client,
            filter.Lists(),
            connection.Cluster,
            observer,
            options => connection.Client.ListPagesAsync(Resources.Nodes, options, cancellationToken),
            static node => node,
            cancellationToken
        );

    // Without usage, nodes are mapped as they are decoded.
    private static IAsyncEnumerable<IReadOnlyList<ClusterNode>> ListMappedAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeFilter filter,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        ClusterNode Map(Node node) => NodeMapper.Map(node, session, connection.Time.GetUtcNow());
        return ListAsync(
            connection.Client,
            filter.Lists(),
            session.Cluster,
            observer,
            options => connection.Client.ListPagesAsync(Resources.Nodes, options, Map, cancellationToken),
            Map,
            cancellationToken
        );
    }

    private static async IAsyncEnumerable<IReadOnlyList<ClusterNode>> MapAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        Task<NodeLoads>? loads,
        IAsyncEnumerable<IReadOnlyList<Node>> pages
    )
    {
        await foreach (IReadOnlyList<Node> page in pages)
        {
            DateTimeOffset now = connection.Time.GetUtcNow();
            NodeLoads? known = loads is null ? null : await loads;
            yield return [.. page.Select(node => NodeMapper.Map(node, session, now, known?.Of(node.Metadata.Name)))];
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<Node>> GetEachAsync(
        KubernetesClient client,
        IReadOnlyList<string> names,
        string cluster,
        Action<NodeManagerException> missing,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Task<Node?>[] answers = [.. names.Select(n => FindAsync(client, n, cancellationToken))];
        for (int i = 0; i < answers.Length; i++)
        {
            if (await answers[i] is { } node)
                yield return [node];
            else
                missing(Missing(names[i], cluster));
        }
    }

    // The first list streams; the others rarely add nodes and are fetched meanwhile.
    private static async IAsyncEnumerable<IReadOnlyList<T>> ListAsync<T>(
        KubernetesClient client,
        IReadOnlyList<ListOptions> lists,
        string cluster,
        IOperationObserver observer,
        Func<ListOptions, IAsyncEnumerable<KubernetesList<T>>> readAsync,
        Func<Node, T> map,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Task<KubernetesList<Node>>[] others = [.. lists.Skip(1).Select(l => client.ListAsync(Resources.Nodes, l, cancellationToken))];
        var progress = new ListProgress("Reading nodes of " + cluster, observer);
        await foreach (KubernetesList<T> page in readAsync(lists[0]))
        {
            progress.Report(page.Items.Count, page.Metadata);
            yield return page.Items;
        }

        foreach (KubernetesList<Node> other in await Task.WhenAll(others))
            yield return other.Items.ConvertAll(node => map(node));
    }

    // A name is missing if an unconditional list did not return it; otherwise the node may exist without being selected.
    private static async Task ReportMissingAsync(
        KubernetesClient client,
        List<string> names,
        IReadOnlyList<ListOptions> lists,
        string cluster,
        Action<NodeManagerException> missing,
        CancellationToken cancellationToken
    )
    {
        bool everything = lists is [{ LabelSelector: null, FieldSelector: null }];
        Node?[] found = everything
            ? new Node?[names.Count]
            : await Task.WhenAll(names.Select(n => FindAsync(client, n, cancellationToken)));
        for (int i = 0; i < found.Length; i++)
            if (found[i] is null)
                missing(Missing(names[i], cluster));
    }

    /// <summary>The error for a plain name without a node.</summary>
    public static NodeManagerException Missing(string name, string cluster) =>
        NodeInput.CheckName(name) ?? ErrorTranslator.NodeNotFound(name, cluster);

    /// <summary>Null if the node does not exist or the name is invalid.</summary>
    public static async Task<Node?> FindAsync(KubernetesClient client, string name, CancellationToken cancellationToken) =>
        NodeInput.CheckName(name) is null ? await client.FindAsync(Resources.Nodes, name, null, cancellationToken) : null;
}
