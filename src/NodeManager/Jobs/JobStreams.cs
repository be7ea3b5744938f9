using NodeManager.Core.Progress;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

internal sealed class JobStreams(Job job) : IOperationObserver
{
    private readonly Lock _lock = new();
    private readonly ProgressRecords _progress = new();

    public void Warning(string message) => job.Warning.Add(new(DisplayText.EscapeLines(message)));

    public void Verbose(string message) => job.Verbose.Add(new(DisplayText.EscapeLines(message)));

    /// <summary>A pending report is replaced by a later one of the same activity, because a job may run for hours unread.</summary>
    public void Progress(OperationProgress progress)
    {
        lock (_lock)
        {
            if (_progress.Of(progress) is not { } record)
                return;
            foreach (ProgressRecord former in job.Progress.Where(p => p.ActivityId == record.ActivityId).ToList())
                job.Progress.Remove(former);
            job.Progress.Add(record);
        }
    }
}
