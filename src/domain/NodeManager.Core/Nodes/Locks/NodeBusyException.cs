namespace NodeManager.Core.Nodes.Locks;

/// <summary>Another operation holds the lock of the node.</summary>
public sealed class NodeBusyException(NodeLock busy, string node, string cluster)
    : NodeManagerException(ErrorIds.NodeBusy, ErrorKind.ResourceBusy, Describe(busy, node, cluster), node, Advice(node))
{
    public NodeLock Lock => busy;

    public static string Describe(NodeLock busy, string node, string cluster) =>
        $"Node '{node}' of cluster '{cluster}' is in use by {busy}.";

    public static string Advice(string node) => $"Wait until that operation ends, or call it off with Resume-NodeScheduling {node}.";
}
