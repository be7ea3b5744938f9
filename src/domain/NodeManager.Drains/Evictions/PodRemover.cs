using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Evictions;

/// <summary>Sends one eviction or deletion with the pod's UID as precondition.</summary>
internal sealed class PodRemover(DrainScope scope)
{
    // A server that is cut off during an eviction has used an allowed disruption without deleting the pod: the budget is blocked for two
    // minutes.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1);

    /// <summary>Null if the server accepted. After a cancellation, a request already sent has one second to complete.</summary>
    public async Task<EvictionAnswer?> RemoveAsync(Pod pod, RemovalMode mode, CancellationToken cancellationToken)
    {
        DeleteOptions how = new()
        {
            GracePeriodSeconds =
                mode == RemovalMode.Kill ? 0
                : scope.Options.GracePeriod is { } asked ? (long)asked.TotalSeconds
                : null,
            Preconditions = new() { Uid = pod.Metadata.Uid },
        };
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenSource answered = new(Timeout.InfiniteTimeSpan, scope.Time);
        await using CancellationTokenRegistration interrupt = cancellationToken.Register(() => answered.CancelAfter(AnswerLimit));
        try
        {
            if (mode == RemovalMode.Evict)
                await scope.Client.EvictAsync(pod.Metadata.Name, pod.Metadata.Namespace!, how, answered.Token);
            else
                await scope.Client.DeleteAsync(Resources.Pods, pod.Metadata.Name, pod.Metadata.Namespace, how, answered.Token);
            return null;
        }
        catch (Exception exception) when (!answered.IsCancellationRequested && EvictionAnswer.Of(exception) is { } answer)
        {
            scope.Logger.PodRefused(pod.Metadata.Namespace ?? "", pod.Metadata.Name, answer.Kind, answer.Message);
            return answer;
        }
    }
}
