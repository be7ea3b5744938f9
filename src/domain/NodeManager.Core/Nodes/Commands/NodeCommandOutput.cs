using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Core.Nodes.Commands;

/// <summary>The output of a command: the last lines of its container's log.</summary>
/// <param name="Problem">Why there is none; empty if it was read.</param>
internal sealed record NodeCommandOutput(IReadOnlyList<string> Lines, bool IsTruncated, string Problem)
{
    // A program may write megabytes without a line break.
    private const int LongestLine = 4000;

    public static readonly NodeCommandOutput None = new([], false, "");

    // A command that updates the kubelet restarts it, and its log is unavailable meanwhile.
    private static readonly RetryPolicy Patience = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(500),
        LongestPause = TimeSpan.FromSeconds(5),
        Limit = TimeSpan.FromSeconds(60),
        IsTransient = static failure =>
            failure
                is NodeManagerException
                {
                    ErrorId: ErrorIds.PodLogUnavailable or ErrorIds.ServerUnreachable or ErrorIds.ServerError or ErrorIds.ServerTimeout
                },
    };

    public static async Task<NodeCommandOutput> ReadAsync(
        NodeManagerSession session,
        Pod pod,
        int tail,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        PodTarget target = new(pod.Metadata.Namespace ?? "", pod.Metadata.Name, pod.Metadata.Uid ?? "");
        // One more line than asked for shows whether there are more.
        PodLogQuery query = new() { Container = pod.Spec.Containers[0].Name, Tail = tail + 1 };
        try
        {
            IReadOnlyList<PodLogLine> lines = await Patience.RunAsync(
                token => ReadAsync(session, target, query, observer, token),
                session.Time(),
                cancellationToken
            );
            return new(
                [.. lines.TakeLast(tail).Select(static line => DisplayText.Truncate(line.Text, LongestLine))],
                lines.Count > tail,
                ""
            );
        }
        catch (NodeManagerException failure)
        {
            return None with { Problem = $"Its output cannot be read: {failure.Message}" };
        }
    }

    private static async Task<IReadOnlyList<PodLogLine>> ReadAsync(
        NodeManagerSession session,
        PodTarget target,
        PodLogQuery query,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        NodeManagerException? failure = null;
        IReadOnlyList<PodLogLine> lines = await PodLogReader.ReadAsync(
            session,
            target,
            query,
            error => failure = error,
            observer,
            cancellationToken
        );
        return failure is null ? lines : throw failure;
    }
}
