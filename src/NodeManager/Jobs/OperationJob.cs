using System.Management.Automation;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>An operation over several clusters that runs on while its caller goes on.</summary>
internal abstract class OperationJob : Job
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _hasFailed;

    /// <param name="command">As typed.</param>
    /// <param name="type">What kind of job it is, as <c>Get-Job</c> shows it.</param>
    /// <param name="sessions">Where it works.</param>
    protected OperationJob(string command, string type, IEnumerable<NodeManagerSession> sessions)
        : base(command)
    {
        PSJobTypeName = type;
        Location = string.Join(", ", sessions.Select(s => s.Cluster));
        Streams = new(this);
        Token = _stop.Token;
    }

    public override bool HasMoreData =>
        Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || ChildJobs.Any(child => child.HasMoreData);

    public override string Location { get; }

    protected JobStreams Streams { get; }

    /// <summary>Cancelled by Stop-Job. Held from the start: what outlives a job that was removed may still look at it.</summary>
    protected CancellationToken Token { get; }

    public void Start()
    {
        SetJobState(JobState.Running);
        _running = Task.Run(RunToEndAsync);
    }

    /// <summary>Interrupts the operation, and waits until it has come to its end.</summary>
    public override void StopJob()
    {
        if (JobStateInfo.State != JobState.Running)
            return;
        SetJobState(JobState.Stopping);
        _stop.Cancel();
        // It may have come to its end while it was told to stop: then nobody else says any more that it has.
        if (_running.Wait(StopLimit) && JobStateInfo.State == JobState.Stopping)
            SetJobState(JobState.Stopped);
    }

    /// <summary>The operation. What went wrong in it, it says by <see cref="Fail"/>.</summary>
    protected abstract Task RunAsync();

    /// <summary>The operation is over: an end for what was a part of it.</summary>
    /// <param name="isStopped">By Stop-Job.</param>
    protected virtual void End(bool isStopped)
    {
    }

    protected void Fail(Exception exception, object target)
    {
        _hasFailed = true;
        Error.Add(ErrorRecords.From(exception, target));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task RunToEndAsync()
    {
        await RunAsync();
        bool isStopped = Token.IsCancellationRequested;
        End(isStopped);
        bool hasFailed = _hasFailed || ChildJobs.Any(child => child.JobStateInfo.State == JobState.Failed);
        SetJobState(isStopped ? JobState.Stopped : hasFailed ? JobState.Failed : JobState.Completed);
    }
}
