using System.Management.Automation;
using NodeManager.Core.Operations;

namespace NodeManager.Jobs;

/// <summary>Writes what an operation tells to a job's streams.</summary>
internal sealed class JobStreams(Job job) : IOperationObserver
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _progressIds = [];

    public void Warning(string message) => job.Warning.Add(new(message));

    public void Verbose(string message) => job.Verbose.Add(new(message));

    public void Progress(OperationProgress progress)
    {
        lock (_lock)
        {
            if (!_progressIds.TryGetValue(progress.Key, out int id))
                _progressIds[progress.Key] = id = _progressIds.Count + 1;
            job.Progress.Add(new(id, progress.Activity, progress.Status.Length == 0 ? " " : progress.Status)
            {
                PercentComplete = progress.PercentComplete,
                RecordType = progress.Completed ? ProgressRecordType.Completed : ProgressRecordType.Processing,
            });
        }
    }
}
