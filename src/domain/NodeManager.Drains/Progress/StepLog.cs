using NodeManager.Core.Nodes;

namespace NodeManager.Drains.Progress;

/// <summary>The consecutive steps of a pod or of the node. Written by one task, read when that has ended.</summary>
internal sealed class StepLog
{
    private readonly List<(string Step, string Detail, DateTimeOffset Start, DateTimeOffset? End)> _steps = [];

    public DateTimeOffset? StartedAt => _steps.Count == 0 ? null : _steps[0].Start;

    public string? Current => _steps.Count > 0 && _steps[^1].End is null ? _steps[^1].Step : null;

    public string CurrentDetail => _steps.Count > 0 && _steps[^1].End is null ? _steps[^1].Detail : "";

    /// <summary>Ends the step before. The same step continues.</summary>
    public void Begin(string step, string detail, DateTimeOffset now)
    {
        if (_steps.Count > 0 && _steps[^1] is { End: null } open && open.Step == step && open.Detail == detail)
            return;
        End(now);
        _steps.Add((step, detail, now, null));
    }

    /// <summary>Begins the step unless another is in progress: a repeated request belongs to what it waits for.</summary>
    public void BeginIfIdle(string step, string detail, DateTimeOffset now)
    {
        if (_steps.Count == 0 || _steps[^1].End is not null)
            Begin(step, detail, now);
    }

    public void End(DateTimeOffset now)
    {
        if (_steps.Count > 0 && _steps[^1].End is null)
            _steps[^1] = _steps[^1] with { End = now };
    }

    /// <summary>The duration of the last step of this name; null if there is none or it has not ended.</summary>
    public TimeSpan? DurationOf(string step) => _steps.FindLast(s => s.Step == step) is { End: { } end } found ? end - found.Start : null;

    public IEnumerable<NodeDrainStep> Describe(
        NodeManagerSession session,
        NodeTarget node,
        string pod,
        DateTimeOffset endedAt,
        IReadOnlyList<NodeDrainResponder>? responders = null
    ) =>
        from s in _steps
        let responder = s.Step == DrainStep.Responder ? responders?.FirstOrDefault(r => r.Name == s.Detail) : null
        select new NodeDrainStep
        {
            Session = session,
            Cluster = session.Cluster,
            Node = node.Name,
            NodeUid = node.Uid,
            Pod = pod,
            Step = s.Step,
            Detail = s.Detail,
            State = responder?.State ?? "",
            Message = responder?.Message ?? "",
            StartedAt = s.Start,
            EndedAt = s.End ?? endedAt,
        };
}
