using System.Management.Automation;
using NodeManager.Core.Progress;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>Writes the events of an operation to the streams of a job.</summary>
internal sealed class JobStreams(Job job) : IOperationObserver
{
    private readonly Lock _lock = new();
    private readonly ProgressRecords _progress = new();

    public void Warning(string message) => job.Warning.Add(new(DisplayText.EscapeLines(message)));

    public void Verbose(string message) => job.Verbose.Add(new(DisplayText.EscapeLines(message)));

    /// <summary>Reports that were not received yet are replaced by later ones of the same activity: a job runs for hours.</summary>
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
