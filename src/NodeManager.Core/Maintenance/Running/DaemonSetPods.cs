using NodeManager.Core.Drain.Rules;
using NodeManager.Core.Drain.State;
using NodeManager.Core.Maintenance.Claims;
using NodeManager.Core.Maintenance.State;
using NodeManager.Core.Observing;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Maintenance.Running;

/// <summary>The pods of DaemonSets on a node: with them the node is of use again.</summary>
internal sealed class DaemonSetPods(MaintenanceScope scope, FleetBoard board, MaintenanceProgress progress)
{
    // What nobody tells of: a DaemonSet that was deleted, or does not want the node any more.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    /// <summary>UIDs of the DaemonSets that have a ready pod on the node: one that was broken before is nobody's to mend here.</summary>
    public Task<IReadOnlyList<string>> ReadyOnAsync(string node, CancellationToken cancellationToken) => scope.Retry.RunAsync<IReadOnlyList<string>>(
        async token => [.. (await scope.Client.ListAsync(Resources.Pods, On(node), token)).Items.Where(IsReady).Select(OwnerOf).OfType<string>().Distinct()],
        cancellationToken);

    /// <summary>
    /// Waits until the DaemonSets that had a ready pod on the node before have one again, as far as they still exist and want the node.
    /// </summary>
    /// <exception cref="NodeGoneException">The node was deleted.</exception>
    public async Task WaitAsync(NodeRecord record, CancellationToken cancellationToken)
    {
        Lock gate = new();
        Dictionary<string, Pod> pods = [];
        TaskCompletionSource signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WatchedObjects<Pod> watch = new(scope.Client, Resources.Pods, On(record.Name))
        {
            OnChange = (pod, isGone) =>
            {
                TaskCompletionSource before;
                lock (gate)
                {
                    if (isGone) pods.Remove(pod.Metadata.Uid ?? "");
                    else pods[pod.Metadata.Uid ?? ""] = pod;
                    (before, signal) = (signal, new(TaskCreationOptions.RunContinuationsAsynchronously));
                }

                before.TrySetResult();
            },
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task watching = watch.RunAsync(stop.Token);
        try
        {
            await watch.Synced.WaitAsync(cancellationToken);
            while (true)
            {
                HashSet<string?> ready;
                Task changed;
                lock (gate) (ready, changed) = ([.. pods.Values.Where(IsReady).Select(OwnerOf)], signal.Task);
                (Node? node, Task nodeChanged) = board.Look(record.Uid);
                if (node is null) throw new NodeGoneException(record.Name);
                string[] missing = [.. (record.DaemonSets ?? []).Where(uid => !ready.Contains(uid))];
                if (missing.Length == 0) return;
                IReadOnlyList<string> wanted = await WantedAsync(missing, node, cancellationToken);
                if (wanted.Count == 0) return;
                progress.Detail(record, $"waiting for pods of {NameList.Of(wanted)}");
                await scope.WaitAnyAsync(LookAgain, [changed, nodeChanged], cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await watching;
        }
    }

    // The names of those DaemonSets that want the node.
    private Task<IReadOnlyList<string>> WantedAsync(IReadOnlyCollection<string> uids, Node node, CancellationToken cancellationToken) =>
        scope.Retry.RunAsync<IReadOnlyList<string>>(
            async token =>
            [
                .. (await scope.Client.ListAsync(Resources.DaemonSets, new(), token)).Items
                    .Where(d => uids.Contains(d.Metadata.Uid) && new Pod { Spec = d.Spec.Template.Spec }.Selects(node))
                    .Select(d => $"{d.Metadata.Namespace}/{d.Metadata.Name}"),
            ],
            cancellationToken);

    private static bool IsReady(Pod pod) => pod.IsReady() && pod.Metadata.DeletionTimestamp is null;

    private static string? OwnerOf(Pod pod) => pod.Controller() is { Kind: "DaemonSet" } owner ? owner.Uid : null;

    private static ListOptions On(string node) => new() { FieldSelector = $"spec.nodeName={node}" };
}
