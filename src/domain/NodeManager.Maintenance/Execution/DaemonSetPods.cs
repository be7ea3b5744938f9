using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Records;
using NodeManager.Runs.Claims;
using NodeManager.Scheduling;

namespace NodeManager.Maintenance.Execution;

/// <summary>Waits for the DaemonSet pods that make a node usable.</summary>
internal sealed class DaemonSetPods(MaintenanceScope scope, ObjectCache<Node> fleet, MaintenanceProgress progress)
{
    // For changes without an event: a DaemonSet was deleted, or no longer selects the node.
    private static readonly TimeSpan RecheckInterval = TimeSpan.FromSeconds(10);

    /// <summary>UIDs of the DaemonSets with a ready pod on the node: one that failed before is not awaited.</summary>
    public Task<IReadOnlyList<string>> ReadyOnAsync(string node, CancellationToken cancellationToken) =>
        scope.Retry.RunAsync<IReadOnlyList<string>>(
            async token =>
                [
                    .. (await scope.Client.ListAsync(Resources.Pods, On(node), token))
                        .Items.Where(IsReady)
                        .Select(OwnerOf)
                        .OfType<string>()
                        .Distinct(),
                ],
            cancellationToken
        );

    /// <summary>Waits until the DaemonSets that had a ready pod on the node have one, if they still exist and select the node.</summary>
    /// <exception cref="NodeGoneException">The node was deleted.</exception>
    public async Task WaitAsync(NodeRecord record, CancellationToken cancellationToken)
    {
        using NodeCaches<Pod> pods = scope.Connection.Caches().Open(NodeScopes.Pods, [record.Name]);
        await pods.CatchUpAsync(cancellationToken);
        while (true)
        {
            (IReadOnlyList<Pod> here, Task changed) = pods.Of(record.Name).Observe(PodIndexes.ByNode, record.Name);
            HashSet<string?> ready = [.. here.Where(IsReady).Select(OwnerOf)];
            (Node? node, Task nodeChanged) = fleet.Observe(record.Uid);
            if (node is null)
                throw new NodeGoneException(record.Name);
            string[] missing = [.. (record.DaemonSets ?? []).Where(uid => !ready.Contains(uid))];
            if (missing.Length == 0)
                return;
            IReadOnlyList<string> wanted = await DesiredAsync(missing, node, cancellationToken);
            if (wanted.Count == 0)
                return;
            progress.Detail(record, $"waiting for pods of {NameList.Of(wanted)}");
            await scope.Time.WaitForChangeAsync([changed, nodeChanged], RecheckInterval, cancellationToken);
        }
    }

    // The names of the DaemonSets that select the node.
    private Task<IReadOnlyList<string>> DesiredAsync(IReadOnlyCollection<string> uids, Node node, CancellationToken cancellationToken) =>
        scope.Retry.RunAsync<IReadOnlyList<string>>(
            async token =>
                [
                    .. (await scope.Client.ListAsync(Resources.DaemonSets, new(), token))
                        .Items.Where(d => uids.Contains(d.Metadata.Uid) && new Pod { Spec = d.Spec.Template.Spec }.Selects(node))
                        .Select(d => $"{d.Metadata.Namespace}/{d.Metadata.Name}"),
                ],
            cancellationToken
        );

    private static bool IsReady(Pod pod) => pod.IsReady() && !pod.IsTerminating();

    private static string? OwnerOf(Pod pod) => pod.Controller() is { Kind: "DaemonSet" } owner ? owner.Uid : null;

    private static ListOptions On(string node) => new() { FieldSelector = $"spec.nodeName={node}" };
}
