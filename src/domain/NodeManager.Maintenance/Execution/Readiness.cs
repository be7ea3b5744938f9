using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Maintenance.Records;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>Waits until a node has rebooted and is Ready.</summary>
internal sealed class Readiness(ObjectCache<Node> fleet, MaintenanceProgress progress)
{
    /// <summary>
    /// Waits for a new boot ID, and for a Ready report after the last one of the previous boot. (A kubelet reports its boot and its
    /// conditions together; times are whole seconds.)
    /// </summary>
    /// <exception cref="NodeGoneException">The node was deleted.</exception>
    public Task WaitForRebootAsync(NodeRecord record, CancellationToken cancellationToken) =>
        WaitAsync(
            record,
            "a new boot",
            node =>
                node.Status.NodeInfo?.BootID is { Length: > 0 } boot
                && boot != record.BootId
                && node.IsReady()
                && !(ReadyHeartbeat(node) < record.Heartbeat),
            cancellationToken
        );

    /// <exception cref="NodeGoneException">The node was deleted.</exception>
    public Task WaitForReadyAsync(NodeRecord record, CancellationToken cancellationToken) =>
        WaitAsync(record, "the node", NodeExtensions.IsReady, cancellationToken);

    private async Task WaitAsync(NodeRecord record, string what, Func<Node, bool> isMet, CancellationToken cancellationToken)
    {
        bool Observe(Node node)
        {
            if (isMet(node))
                return true;
            progress.Detail(record, $"waiting for {what}; status: {NodeMapper.StatusOf(node)}");
            return false;
        }

        if (await fleet.UntilAsync(record.Uid, node => node is null || Observe(node), cancellationToken) is null)
            throw new NodeGoneException(record.Name);
    }

    public static DateTimeOffset? ReadyHeartbeat(Node node) => node.Status.Conditions.Find("Ready")?.LastHeartbeatTime;
}
