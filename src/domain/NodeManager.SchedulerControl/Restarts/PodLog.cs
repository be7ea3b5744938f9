using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>Reads the last log lines of a crashed pod.</summary>
internal static class PodLog
{
    private const int Lines = 10;

    /// <summary>The last lines of the container before its restart, else of the current one; empty if the log is unavailable.</summary>
    public static async Task<string> LastLinesAsync(ClusterConnection connection, Pod pod, CancellationToken cancellationToken)
    {
        var container = (pod.Status.ContainerStatuses ?? []).Find(status => !status.Ready)?.Name;
        foreach (var previous in (bool[])[true, false])
        {
            try
            {
                var text = await connection.Client.GetLogAsync(
                    pod.Metadata.Name,
                    pod.Metadata.Namespace ?? "",
                    new()
                    {
                        Container = container,
                        IsPrevious = previous,
                        TailLines = Lines,
                    },
                    cancellationToken
                );
                if (text.Trim() is { Length: > 0 } line)
                    return line;
            }
            catch (KubernetesException)
            {
                // Not restarted yet, a node that does not answer, or no permission: only the pod's status is reported.
            }
        }

        return "";
    }
}
