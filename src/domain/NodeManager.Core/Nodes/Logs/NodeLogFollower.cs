using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;

namespace NodeManager.Core.Nodes.Logs;

/// <summary>Reads one source of one node, once or again and again.</summary>
internal sealed class NodeLogFollower(
    NodeManagerSession session,
    KubeletPath kubelet,
    string source,
    NodeLogQuery query,
    Action<IReadOnlyList<NodeLogLine>> report,
    IOperationObserver observer
)
{
    /// <summary>Kubelets cannot stream a log.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // More lines than are usually written in one interval.
    private const int FollowTail = 1000;

    private IReadOnlyList<RawLogLine> _known = [];
    private long _total;
    private bool _isFailing;

    public async Task RunAsync(Action<NodeManagerException> failed, CancellationToken cancellationToken)
    {
        try
        {
            NodeLogAnswer answer = await ReadAsync(query, cancellationToken);
            if (answer.IsCut)
                observer.Warning(
                    $"The log of '{source}' on node '{kubelet.Name}' is larger than {ByteSize.Format(NodeLogAnswer.MaximumLength)}: its first lines are missing. Read fewer lines with -Tail."
                );
            Report(answer, answer.Lines);
            while (query.Wait)
            {
                await Task.Delay(Interval, session.Time(), cancellationToken);
                await FollowAsync(cancellationToken);
            }
        }
        catch (NodeManagerException error)
        {
            failed(error);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (int tail = Math.Max(query.Tail, FollowTail); ; tail *= 10)
            {
                NodeLogQuery next = query with { Tail = Math.Min(tail, NodeLogQuery.MaximumTail) };
                NodeLogAnswer answer = await ReadAsync(next, cancellationToken);
                if (FirstNew(answer) is { } first)
                {
                    Report(answer, [.. answer.Lines.Skip(first)]);
                    break;
                }

                if (tail < NodeLogQuery.MaximumTail)
                    continue;
                observer.Warning(
                    $"Lines of '{source}' on node '{kubelet.Name}' may be missing: the last known line is no longer in the log."
                );
                Report(answer, answer.Lines);
                break;
            }

            _isFailing = false;
        }
        catch (NodeManagerException error) when (error.ErrorId != ErrorIds.Forbidden)
        {
            // A kubelet that restarts answers again.
            if (!_isFailing)
                observer.Warning($"{error.Message} It is asked again every {HumanDuration.Format(Interval)}.");
            _isFailing = true;
        }
    }

    // Lines of a journal have times of their own. Equal lines of a file are told apart by their number.
    private int? FirstNew(NodeLogAnswer answer)
    {
        if (_known.Count == 0)
            return 0;
        if (_known[^1].Time is not null)
            return NodeLogOverlap.FirstNew(_known, answer.Lines);
        return (int)Math.Max(0, answer.Lines.Count - (answer.Total < _total ? answer.Total : answer.Total - _total));
    }

    private Task<NodeLogAnswer> ReadAsync(NodeLogQuery with, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(session, kubelet.Name, (_, token) => kubelet.ReadAsync(source, with, token), cancellationToken);

    private void Report(NodeLogAnswer answer, IReadOnlyList<RawLogLine> lines)
    {
        if (answer.Lines.Count > 0)
            (_known, _total) = (answer.Lines, answer.Total);
        if (lines.Count == 0)
            return;
        report([
            .. lines.Select(line => new NodeLogLine
            {
                Cluster = session.Cluster,
                Session = session,
                NodeName = kubelet.Name,
                NodeUid = kubelet.Node.Metadata.Uid ?? "",
                Query = source,
                Time = line.Time,
                Source = DisplayText.Escape(line.Source),
                Text = DisplayText.EscapeLines(line.Message),
            }),
        ]);
    }
}
