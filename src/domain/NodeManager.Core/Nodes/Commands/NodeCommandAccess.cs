using NodeManager.Core.Operations;

namespace NodeManager.Core.Nodes.Commands;

/// <summary>What commands on nodes need in a cluster: an image, a namespace and permissions.</summary>
public static class NodeCommandAccess
{
    /// <summary>deploy/node-shell.yaml creates it.</summary>
    public const string DefaultNamespace = "nodemanager-node-shell";

    public static string NamespaceOf(NodeManagerSession session) => session.Configuration.NodeCommandNamespace ?? DefaultNamespace;

    /// <exception cref="NodeManagerException">NodeCommandImageMissing.</exception>
    public static string ImageOf(NodeManagerSession session) =>
        session.Configuration.NodeCommandImage
        ?? throw new NodeManagerException(
            ErrorIds.NodeCommandImageMissing,
            ErrorKind.InvalidOperation,
            $"No image is configured for commands on nodes of cluster '{session.Cluster}'.",
            session,
            "Run Set-NodeManagerConfiguration -NodeCommandImage 'registry/name@sha256:…' with an image that has nsenter."
        );

    /// <summary>Checks the configuration and the permissions before anything is asked or done.</summary>
    /// <exception cref="NodeManagerException">NodeCommandImageMissing, Forbidden.</exception>
    public static Task CheckAsync(NodeManagerSession session, CancellationToken cancellationToken)
    {
        ImageOf(session);
        return PermissionCheck.RequireAsync(session, session, PermissionsIn(NamespaceOf(session)), cancellationToken);
    }

    /// <summary>As <see cref="CheckAsync"/>, for a shell.</summary>
    /// <exception cref="NodeManagerException">NodeCommandImageMissing, Forbidden.</exception>
    public static Task CheckShellAsync(NodeManagerSession session, CancellationToken cancellationToken)
    {
        ImageOf(session);
        string ns = NamespaceOf(session);
        // A WebSocket is a GET, for which servers from 1.35 on also require create.
        return PermissionCheck.RequireAsync(
            session,
            session,
            [.. PodsAndNodes(ns), Pods("get", ns, "exec"), Pods("create", ns, "exec")],
            cancellationToken
        );
    }

    /// <summary>Those of the role nodemanager-node-shell, and of viewers: get nodes, list and watch pods.</summary>
    internal static IReadOnlyList<ResourceAttributes> PermissionsIn(string ns) => [.. PodsAndNodes(ns), Pods("get", ns, "log")];

    private static IEnumerable<ResourceAttributes> PodsAndNodes(string ns) =>
        [
            .. ((string[])["create", "get", "list", "watch", "delete"]).Select(verb => Pods(verb, ns)),
            new() { Verb = "get", Resource = "nodes" },
        ];

    private static ResourceAttributes Pods(string verb, string ns, string? subresource = null) =>
        new()
        {
            Verb = verb,
            Resource = "pods",
            Subresource = subresource,
            Namespace = ns,
        };
}
