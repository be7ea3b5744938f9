using NodeManager.Controllers.Caching;
using NodeManager.Core.Errors;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Health;

/// <summary>Tests the health of nodes.</summary>
public static class NodeHealthChecks
{
    // Up to this number, nodes are read by name; see NodeReader.
    private const int FewNames = 16;

    /// <param name="missing">
    /// Receives every plain name without a node (NodeNotFound, InvalidNodeName), and replaced nodes (NodeReplaced); the others are judged.
    /// </param>
    /// <exception cref="NodeManagerException">InvalidSelector; Forbidden: nodes cannot be read.</exception>
    public static Task<IReadOnlyList<NodeHealth>> TestAsync(
        NodeManagerSession session,
        HealthQuery query,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        NodeInput.CheckSelector(query.Selector);
        return ClusterOperation.RunAsync(
            session,
            null,
            async (connection, token) =>
            {
                IReadOnlyList<Node> nodes = await ReadAsync(connection, query, missing, token);
                if (nodes.Count == 0)
                    return (IReadOnlyList<NodeHealth>)[];
                HealthSurroundings around = await new HealthReader(connection, observer).ReadAsync(
                    [.. nodes.Select(static node => node.Metadata.Name)],
                    token
                );
                return [.. nodes.Select(node => Describe(session, around.Around(node, session), query.Severity)).OfType<NodeHealth>()];
            },
            cancellationToken
        );
    }

    private static NodeHealth? Describe(NodeManagerSession session, HealthInput input, string? severity)
    {
        IReadOnlyList<NodeFinding> findings = HealthRules.Judge(input);
        if (severity is not null)
        {
            int minimum = NodeFindingSeverity.All.IndexOf(severity);
            findings = [.. findings.Where(finding => NodeFindingSeverity.All.IndexOf(finding.Severity) <= minimum)];
            if (findings.Count == 0)
                return null;
        }

        return new()
        {
            Cluster = session.Cluster,
            Session = session,
            Name = input.Node.Metadata.Name,
            Uid = input.Node.Metadata.Uid ?? "",
            ObservedAt = input.Now,
            Findings = new([.. findings]),
        };
    }

    private static async Task<IReadOnlyList<Node>> ReadAsync(
        ClusterConnection connection,
        HealthQuery query,
        Action<NodeManagerException> missing,
        CancellationToken cancellationToken
    )
    {
        string[] plain =
        [
            .. query.Names.Where(static name => !NamePattern.IsWildcard(name)).Select(static name => name.ToLowerInvariant()).Distinct(),
        ];
        LabelSelector? selector = query.Selector is null ? null : LabelSelectorParser.Parse(query.Selector);
        Dictionary<string, Node> known;
        if (plain.Length is > 0 and <= FewNames && !query.Names.Any(NamePattern.IsWildcard))
        {
            Node?[] found = await Task.WhenAll(plain.Select(name => NodeReader.FindAsync(connection.Client, name, cancellationToken)));
            known = found.OfType<Node>().ToDictionary(static node => node.Metadata.Name, StringComparer.Ordinal);
        }
        else
        {
            using CacheUse<Node> nodes = connection.Caches().Open(Resources.Nodes, new());
            // A watch may have been interrupted, and the current health is requested.
            await nodes.CatchUpAsync(cancellationToken);
            known = nodes.Cache.Items.ToDictionary(static node => node.Metadata.Name, StringComparer.Ordinal);
        }

        foreach (string name in plain.Where(name => !known.ContainsKey(name)))
            missing(NodeReader.Missing(name, connection.Cluster));
        Predicate<string> isNamed = query.Names.Count == 0 ? static _ => true : NamePattern.Any(query.Names);
        foreach ((string name, string uid) in query.Uids)
        {
            if (!known.TryGetValue(name, out Node? node) || node.Metadata.Uid == uid)
                continue;
            missing(ErrorTranslator.NodeReplaced(name, uid, node.Metadata.Uid, connection.Cluster));
            known.Remove(name);
        }

        return
        [
            .. known
                .Values.Where(node => isNamed(node.Metadata.Name) && (selector is null || selector.Matches(node.Metadata.Labels)))
                .OrderBy(static node => node.Metadata.Name, StringComparer.Ordinal),
        ];
    }
}
