using NodeManager.Core.Operations;
using NodeManager.Formats;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>A PowerShell job for a <see cref="RunningOperation"/>.</summary>
internal abstract class OperationJob : Job
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private RunningOperation? _operation;
    private Task _shown = Task.CompletedTask;

    /// <param name="type">The PSJobTypeName.</param>
    protected OperationJob(string command, string type, IEnumerable<NodeManagerSession> sessions)
        : base(command)
    {
        PSJobTypeName = type;
        Location = string.Join(", ", sessions.Select(s => s.Cluster));
        Streams = new(this);
    }

    public override bool HasMoreData =>
        Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || ChildJobs.Any(child => child.HasMoreData);

    public override string Location { get; }

    protected JobStreams Streams { get; }

    public void Start()
    {
        SetJobState(JobState.Running);
        RunningOperation operation = StartOperation();
        _operation = operation;
        _shown = Task.Run(() => ShowAsync(operation));
    }

    /// <summary>Interrupts the operation and waits for its end.</summary>
    public override void StopJob()
    {
        if (JobStateInfo.State != JobState.Running || _operation is not { } operation)
            return;
        SetJobState(JobState.Stopping);
        operation.Cancel();
        // If it ended during the request to stop, no other event reports its end.
        if (_shown.Wait(StopLimit) && JobStateInfo.State == JobState.Stopping)
            SetJobState(JobState.Stopped);
    }

    protected abstract RunningOperation StartOperation();

    /// <summary>Handles events in order, one at a time.</summary>
    protected virtual void Show(OperationEvent happened)
    {
        switch (happened)
        {
            case OperationOutput output:
                Output.Add(PSObject.AsPSObject(DisplayGuard.Protect(output.Value)!));
                break;
            case OperationFailure failure:
                Error.Add(ErrorRecords.From(failure.Exception, failure.Target));
                break;
            default:
                happened.ForwardTo(Streams);
                break;
        }
    }

    /// <summary>Called after the operation has ended; ends child jobs.</summary>
    /// <param name="isStopped">By Stop-Job.</param>
    protected virtual void End(bool isStopped) { }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            StopJob();
        base.Dispose(disposing);
    }

    private async Task ShowAsync(RunningOperation operation)
    {
        await foreach (OperationEvent happened in operation.ReadAsync(0, CancellationToken.None))
            Show(happened);
        OperationState state = await operation.Completion;
        End(state == OperationState.Cancelled);
        SetJobState(
            state switch
            {
                OperationState.Cancelled or OperationState.Interrupted => JobState.Stopped,
                OperationState.Failed => JobState.Failed,
                _ => ChildJobs.Any(child => child.JobStateInfo.State == JobState.Failed) ? JobState.Failed : JobState.Completed,
            }
        );
    }
}
