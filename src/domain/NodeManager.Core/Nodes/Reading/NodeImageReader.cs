using System.Net;
using System.Runtime.CompilerServices;
using NodeManager.Core.Errors;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reads the images on nodes. Lists and caches of nodes omit them, because they are most of a node's text.</summary>
public static class NodeImageReader
{
    private const int ConcurrentRequests = 16;

    // A node reports up to 50 images, about 15 KB of text.
    private const int NodesPerPage = 100;

    /// <summary>The images by node, in the kubelet's order. Named nodes are requested one by one, others are listed.</summary>
    /// <param name="query">Names, their UIDs, and a selector.</param>
    /// <param name="failed">Receives the error of each node that cannot be read; the images of the other nodes follow.</param>
    /// <param name="observer">Receives the progress of a list.</param>
    public static IAsyncEnumerable<NodeImage> ReadAsync(
        NodeManagerSession session,
        NodeQuery query,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        NodeInput.CheckSelector(query.Selector);
        return ClusterOperation.StreamAsync(
            session,
            null,
            (connection, token) => ReadAsync(session, connection, query, failed, observer, token),
            cancellationToken
        );
    }

    private static async IAsyncEnumerable<NodeImage> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeQuery query,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = new NodeFilter(query);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (query.Selector is not null || filter.HasWildcards || query.Names.Count == 0)
        {
            await foreach (NodeImages node in ListAsync(session, connection.Client, query.Selector, observer, cancellationToken))
                if (filter.MatchesName(node.Metadata.Name) && seen.Add(node.Metadata.Name))
                    foreach (NodeImage image in ImagesOf(node))
                        yield return image;
        }

        string[] names = [.. filter.PlainNames.Where(name => !seen.Contains(name))];
        await foreach (Answer answer in RequestAsync(session, connection.Client, names, cancellationToken))
        {
            if (answer.Error is not null)
                failed(answer.Error);
            // A node that the selector excludes is not an error.
            else if (answer.Node is { } node && query.Selector is null)
                foreach (NodeImage image in ImagesOf(node))
                    yield return image;
        }

        IEnumerable<NodeImage> ImagesOf(NodeImages node)
        {
            string uid = node.Metadata.Uid ?? "";
            if (!query.Uids.TryGetValue(node.Metadata.Name, out string? meant) || meant == uid)
                return Map(node, session, connection.Time.GetUtcNow());
            failed(ErrorTranslator.NodeReplaced(node.Metadata.Name, meant, uid, session.Cluster));
            return [];
        }
    }

    private static async IAsyncEnumerable<NodeImages> ListAsync(
        NodeManagerSession session,
        KubernetesClient client,
        string? selector,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ListOptions options = new() { LabelSelector = selector, PageSize = NodesPerPage };
        var progress = new ListProgress("Reading images of the nodes of " + session.Cluster, observer);
        await foreach (KubernetesList<NodeImages> page in client.ListPagesAsync(Resources.NodeImages, options, cancellationToken))
        {
            progress.Report(page.Items.Count, page.Metadata);
            foreach (NodeImages node in page.Items)
                yield return node;
        }
    }

    // In the order of the names.
    private static async IAsyncEnumerable<Answer> RequestAsync(
        NodeManagerSession session,
        KubernetesClient client,
        string[] names,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<Answer>>(ConcurrentRequests);
        try
        {
            for (int next = 0; next < names.Length || running.Count > 0; )
            {
                while (next < names.Length && running.Count < ConcurrentRequests)
                    running.Enqueue(RequestAsync(session, client, names[next++], stop.Token));
                yield return await running.Dequeue();
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A refusal concerns this node. Without an answer, or without a valid credential, the whole operation fails.
    private static async Task<Answer> RequestAsync(
        NodeManagerSession session,
        KubernetesClient client,
        string name,
        CancellationToken cancellationToken
    )
    {
        if (NodeInput.CheckName(name) is { } invalid)
            return new(null, invalid);
        try
        {
            return new(await client.GetAsync(Resources.NodeImages, name, null, cancellationToken), null);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return new(null, ErrorTranslator.NodeNotFound(name, session.Cluster, refused));
        }
        catch (KubernetesException refused) when (refused.Code != HttpStatusCode.Unauthorized)
        {
            return new(null, ErrorTranslator.Translate(refused, session.Cluster, session.Server, name));
        }
    }

    private static IEnumerable<NodeImage> Map(NodeImages node, NodeManagerSession session, DateTimeOffset observedAt) =>
        (node.Status.Images ?? []).Select(image => new NodeImage
        {
            Cluster = session.Cluster,
            Session = session,
            NodeName = node.Metadata.Name,
            NodeUid = node.Metadata.Uid ?? "",
            Name = image.Names?.Find(static name => !name.Contains('@', StringComparison.Ordinal)) ?? image.Names?.FirstOrDefault() ?? "",
            Names = image.Names is { Count: > 0 } names ? new(names) : ItemList<string>.Empty,
            Size = image.SizeBytes ?? 0,
            ObservedAt = observedAt,
        });

    private readonly record struct Answer(NodeImages? Node, NodeManagerException? Error);
}
