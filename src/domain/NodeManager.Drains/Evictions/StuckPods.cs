using NodeManager.Controllers.Caching;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Evictions;

/// <summary>Force-deletes stuck terminating pods of one node, if requested and allowed by <see cref="ForceRules"/>.</summary>
internal sealed class StuckPods(DrainScope scope, ObjectCache<Node> nodes, string nodeUid, Action<string> warn)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly PodRemover _remover = new(scope);

    /// <summary>The time until the pod is force-deleted; null if it is not forced, or was already.</summary>
    public TimeSpan? Remaining(PodRecord record, Pod pod) =>
        scope.Options.ForceStuck is { } limit && !record.Forced.Contains(DrainForce.Stuck) ? limit - pod.Overdue(scope.ServerNow) : null;

    /// <summary>Force-deletes the pod when its time is up. Returns a task to await before the next check.</summary>
    public async Task<Task> ForceAsync(PodRecord record, Pod pod, CancellationToken cancellationToken)
    {
        (Node? node, Task changed) = nodes.Observe(nodeUid);
        record.ForceRefusal = ForceRules.Refusal(pod, node);
        if (record.ForceRefusal is { } refusal)
        {
            scope.Observer.Verbose($"Pod {record.Title}: {refusal}");
            // A failed watch reports no change.
            return changed.IsFaulted
                ? Task.Delay(Timeout.InfiniteTimeSpan, scope.Time, cancellationToken)
                : changed.ContinueWith(
                    static _ => { },
                    cancellationToken,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
        }

        EvictionAnswer? answer;
        await scope.Throttle.WaitAsync(cancellationToken);
        try
        {
            answer = await _remover.RemoveAsync(pod, RemovalMode.Kill, cancellationToken);
        }
        finally
        {
            scope.Throttle.Release();
        }

        if (answer is null)
        {
            record.RecordForce(DrainForce.Stuck);
            warn(
                $"Pod {record.Title}: stuck terminating, {pod.Overdue(scope.ServerNow)?.TotalSeconds:0} s after its grace period; force-deleted.{(KubeletRules.IsUnreachable(node) ? " Its node is unreachable: the pod may still run and answer there until the kubelet returns." : "")}"
            );
        }
        else if (answer.Kind == EvictionAnswerKind.Forbidden)
        {
            throw new DrainStoppedException(
                new()
                {
                    Kind = "Permission",
                    Name = "delete pods",
                    Message = answer.Message,
                    Pods = new([record.Title]),
                }
            );
        }

        return answer is null ? Task.CompletedTask : scope.DelayAsync(Retry, cancellationToken);
    }
}
