using System.Globalization;
using System.Net;
using System.Text;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reads logs of containers, within bounds: what they write is not ours.</summary>
public static class PodLogReader
{
    /// <summary>The most that is read of one container's log.</summary>
    public const int MaximumBytes = 4 << 20;

    /// <summary>The lines, by container and in the order in which they were written.</summary>
    /// <param name="failed">Receives the error of each container whose log cannot be read.</param>
    /// <exception cref="NodeManagerException">PodNotFound; PodLogUnavailable: no container has a log.</exception>
    public static async Task<IReadOnlyList<PodLogLine>> ReadAsync(
        NodeManagerSession session,
        PodTarget target,
        PodLogQuery query,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        Pod pod = await FindAsync(session, target, cancellationToken);
        IReadOnlyList<string> containers = query.Container is { } only ? [only] : ContainersWithLog(pod, query.Previous);
        if (containers.Count == 0)
            throw Unavailable(
                target,
                query.Previous
                    ? $"No container of pod '{target}' was restarted."
                    : $"No container of pod '{target}' has started: {PodStatusText.Of(pod).Status}{Explanation(pod)}",
                query.Previous
                    ? "Read the log of the current containers, without -Previous."
                    : "List the pods of the node with Get-NodePod."
            );
        Task<IReadOnlyList<PodLogLine>>[] reading =
        [
            .. containers.Select(container => ReadAsync(session, target, pod, container, query, failed, observer, cancellationToken)),
        ];
        return [.. (await Task.WhenAll(reading)).SelectMany(static lines => lines)];
    }

    private static async Task<Pod> FindAsync(NodeManagerSession session, PodTarget target, CancellationToken cancellationToken)
    {
        Pod? pod = await ClusterOperation.RunAsync(
            session,
            target.ToString(),
            (connection, token) => connection.Client.FindAsync(Resources.Pods, target.Name, target.Namespace, token),
            cancellationToken
        );
        if (pod is not null && (target.Uid.Length == 0 || pod.Metadata.Uid == target.Uid))
            return pod;
        throw new NodeManagerException(
            ErrorIds.PodNotFound,
            ErrorKind.ObjectNotFound,
            pod is null
                ? $"Pod '{target}' does not exist in cluster '{session.Cluster}'."
                : $"Pod '{target}' in cluster '{session.Cluster}' is not the pod of the input: its UID is {pod.Metadata.Uid}, the input has {target.Uid}.",
            target.ToString(),
            "List the pods of a node with Get-NodePod. The log of a deleted pod is gone, unless the cluster collects logs."
        );
    }

    private static IReadOnlyList<string> ContainersWithLog(Pod pod, bool previous) =>
        [
            .. (pod.Status.InitContainerStatuses ?? [])
                .Where(static one => one.State?.Terminated is not { ExitCode: 0 })
                .Concat(pod.Status.ContainerStatuses ?? [])
                .Where(one => previous ? one.LastState?.Terminated is not null : HasStarted(one))
                .Select(static one => one.Name),
        ];

    // While a container waits for its next start, the kubelet answers with the log of the last one.
    private static bool HasStarted(ContainerStatus status) =>
        status.State?.Running is not null || status.State?.Terminated is not null || status.LastState?.Terminated is not null;

    private static string Explanation(Pod pod) =>
        (pod.Status.InitContainerStatuses ?? [])
            .Concat(pod.Status.ContainerStatuses ?? [])
            .Select(static one => one.State?.Waiting?.Message)
            .FirstOrDefault(static message => message is { Length: > 0 })
            is { } message
            ? $" ({message})."
            : ".";

    private static async Task<IReadOnlyList<PodLogLine>> ReadAsync(
        NodeManagerSession session,
        PodTarget target,
        Pod pod,
        string container,
        PodLogQuery query,
        Action<NodeManagerException> failed,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            string log = await ClusterOperation.RunAsync(
                session,
                target.ToString(),
                (connection, token) => ReadAsync(connection, target, container, query, token),
                cancellationToken
            );
            List<PodLogLine> lines = [];
            string? last = null;
            foreach (string line in Lines(log))
                if (Map(line, session, pod, container, query.Previous) is { } read)
                    lines.Add(read);
                else
                    last = line;
            if (Encoding.UTF8.GetByteCount(log) >= MaximumBytes)
                observer.Warning(
                    $"The log of container '{container}' of pod '{target}' was cut after {ByteSize.Format(MaximumBytes)}: its last lines are missing. Read fewer lines with -Tail."
                );
            // Each line has a time, except what the kubelet reports instead of lines, with status 200: for example that the log was deleted.
            else if (last is not null)
                failed(Unreadable(target, container, DisplayText.Escape(last)));
            return lines;
        }
        catch (NodeManagerException error)
        {
            failed(error);
            return [];
        }
    }

    private static async Task<string> ReadAsync(
        ClusterConnection connection,
        PodTarget target,
        string container,
        PodLogQuery query,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await connection.Client.GetLogAsync(
                target.Name,
                target.Namespace,
                new()
                {
                    Container = container,
                    IsPrevious = query.Previous,
                    TailLines = query.Tail,
                    SinceSeconds = query.Since is { } since ? (int)Math.Clamp(Math.Ceiling(since.TotalSeconds), 1, int.MaxValue) : null,
                    LimitBytes = MaximumBytes,
                    HasTimestamps = true,
                },
                cancellationToken
            );
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError)
        {
            // The kubelet's words: no such container, not restarted yet, or its node does not answer.
            throw Unreadable(target, container, refused.Message, refused);
        }
    }

    private static IEnumerable<string> Lines(string log)
    {
        using StringReader reader = new(log);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static NodeManagerException Unreadable(PodTarget target, string container, string message, Exception? cause = null) =>
        Unavailable(
            target,
            $"The log of container '{container}' of pod '{target}' cannot be read: {message}",
            "Check the name of the container, and with Test-NodeHealth whether the node answers.",
            cause
        );

    // Null for a line without a time.
    private static PodLogLine? Map(string line, NodeManagerSession session, Pod pod, string container, bool isPrevious)
    {
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        if (
            !DateTimeOffset.TryParse(
                space < 0 ? line : line.AsSpan(0, space),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset time
            )
        )
            return null;
        return new()
        {
            Cluster = session.Cluster,
            Session = session,
            Namespace = pod.Metadata.Namespace ?? "",
            PodName = pod.Metadata.Name,
            PodUid = pod.Metadata.Uid ?? "",
            NodeName = pod.Spec.NodeName ?? "",
            Container = container,
            IsPrevious = isPrevious,
            Time = time,
            Text = space < 0 ? "" : DisplayText.EscapeLines(line[(space + 1)..]),
        };
    }

    private static NodeManagerException Unavailable(PodTarget target, string message, string advice, Exception? cause = null) =>
        new(ErrorIds.PodLogUnavailable, ErrorKind.ResourceUnavailable, message, target.ToString(), advice, cause);
}
