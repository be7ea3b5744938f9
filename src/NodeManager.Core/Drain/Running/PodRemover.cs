using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Drain.Running;

/// <summary>Asks the server, once, to evict or delete a pod: that pod and no other of its name.</summary>
internal sealed class PodRemover(DrainScope scope)
{
    /// <summary>Null when the server accepted.</summary>
    public async Task<EvictionAnswer?> AskAsync(Pod pod, RemovalMode mode, CancellationToken cancellationToken)
    {
        DeleteOptions how = new()
        {
            GracePeriodSeconds = mode == RemovalMode.Kill ? 0 : scope.Options.GracePeriod is { } asked ? (long)asked.TotalSeconds : null,
            Preconditions = new() { Uid = pod.Metadata.Uid },
        };
        try
        {
            if (mode == RemovalMode.Evict)
                await scope.Client.EvictAsync(pod.Metadata.Name, pod.Metadata.Namespace!, how, cancellationToken);
            else
                await scope.Client.DeleteAsync(Resources.Pods, pod.Metadata.Name, pod.Metadata.Namespace, how, cancellationToken);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && EvictionAnswer.Of(exception) is { } answer)
        {
            scope.Logger.PodRefused(pod.Metadata.Namespace ?? "", pod.Metadata.Name, answer.Kind, answer.Message);
            return answer;
        }
    }
}
