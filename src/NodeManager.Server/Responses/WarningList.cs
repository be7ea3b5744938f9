using NodeManager.Core.Progress;

namespace NodeManager.Server.Responses;

/// <summary>Collects warnings of a read for its response.</summary>
internal sealed class WarningList : IOperationObserver
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];

    /// <summary>Without duplicates.</summary>
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
