using NodeManager.Core.Nodes;

namespace NodeManager.Drains.Progress;

/// <summary>The steps of one pod, or of the node, one after another. Written by one task, read when that has ended.</summary>
internal sealed class StepLog
{
    private readonly List<(string Step, string Detail, DateTimeOffset Start, DateTimeOffset? End)> _steps = [];

    /// <summary>When the first one began; null before.</summary>
    public DateTimeOffset? StartedAt => _steps.Count == 0 ? null : _steps[0].Start;

    /// <summary>The one in progress; null without.</summary>
    public string? Current => _steps.Count > 0 && _steps[^1].End is null ? _steps[^1].Step : null;

    /// <summary>What exactly it is about; empty without.</summary>
    public string CurrentDetail => _steps.Count > 0 && _steps[^1].End is null ? _steps[^1].Detail : "";

    /// <summary>Ends the one before. The same step again continues.</summary>
    public void Begin(string step, string detail, DateTimeOffset now)
    {
        if (_steps.Count > 0 && _steps[^1] is { End: null } open && open.Step == step && open.Detail == detail)
            return;
        End(now);
        _steps.Add((step, detail, now, null));
    }

    /// <summary>Begins it unless another is in progress: a request that is repeated belongs to what it waits for.</summary>
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

    /// <summary>What is still in progress ended with the drain.</summary>
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
