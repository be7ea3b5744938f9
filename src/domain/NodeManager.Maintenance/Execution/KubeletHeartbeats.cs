using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// Detects live kubelets. A node with a dead kubelet stays Ready until its Lease expires; only a new write of the kubelet shows that it
/// runs. Times of a machine are compared only with earlier ones of the same machine.
/// </summary>
internal sealed class KubeletHeartbeats(MaintenanceScope scope)
{
    private const string LeaseNamespace = "kube-node-lease";

    // A kubelet renews its Lease every 10 seconds. Roles have the permission to get Leases, not to watch them.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private int _isWarned;

    /// <summary>Completes when the kubelet has renewed its Lease, or reported Ready, since this call.</summary>
    /// <param name="read">Reads the node from the server.</param>
    public async Task WaitAsync(
        NodeRecord record,
        Func<NodeRecord, CancellationToken, Task<Node>> read,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset? heartbeat = Readiness.ReadyHeartbeat(await read(record, cancellationToken));
        DateTimeOffset? renewed = await RenewedAsync(record.Name, cancellationToken);
        if (renewed is null)
            WarnOnce(record.Name);
        while (true)
        {
            await scope.Time.DelayAsync(PollInterval, cancellationToken);
            if (renewed is not null && await RenewedAsync(record.Name, cancellationToken) is { } now && now != renewed)
                return;
            if (Readiness.ReadyHeartbeat(await read(record, cancellationToken)) is { } later && (heartbeat is null || later > heartbeat))
                return;
        }
    }

    // Null without a Lease, or without the permission to read it.
    private Task<DateTimeOffset?> RenewedAsync(string node, CancellationToken cancellationToken) =>
        scope.Retry.RunAsync<DateTimeOffset?>(
            async token =>
            {
                try
                {
                    return (await scope.Client.GetAsync(Resources.Leases, node, LeaseNamespace, token)).Spec.RenewTime;
                }
                catch (KubernetesException refused) when (refused.Code is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
                {
                    return null;
                }
            },
            cancellationToken
        );

    private void WarnOnce(string node)
    {
        if (Interlocked.Exchange(ref _isWarned, 1) != 0)
            return;
        scope.Observer.Warning(
            $"Node {node} has no Lease that can be read. It counts as ready at the next heartbeat of its kubelet, up to 5 minutes later. To shorten this, grant get on leases in namespace {LeaseNamespace}."
        );
    }
}
