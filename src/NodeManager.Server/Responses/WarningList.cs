using NodeManager.Core.Progress;

namespace NodeManager.Server.Responses;

/// <summary>Keeps the warnings of a reading, which belong into its answer.</summary>
internal sealed class WarningList : IOperationObserver
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];

    /// <summary>So far, each once.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
                return [.. _all.Select(AnswerAdvice.In).Distinct(StringComparer.Ordinal)];
        }
    }

    public void Warning(string message)
    {
        lock (_gate)
            _all.Add(message);
    }

    public void Verbose(string message) { }

    public void Progress(OperationProgress progress) { }
}
