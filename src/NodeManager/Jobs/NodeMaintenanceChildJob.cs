using System.Management.Automation;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>One node of a maintenance that runs as a job.</summary>
internal sealed class NodeMaintenanceChildJob : Job
{
    private readonly Action _stop;
    private volatile string _message = "";

    /// <param name="command">As typed.</param>
    /// <param name="node">Its name is the job's.</param>
    /// <param name="cluster">Its location.</param>
    /// <param name="stop">Stops the whole maintenance: a node's work is a part of it.</param>
    public NodeMaintenanceChildJob(string command, string node, string cluster, Action stop)
        : base(command, node)
    {
        PSJobTypeName = NodeMaintenanceJob.TypeName;
        Location = cluster;
        _stop = stop;
    }

    public override bool HasMoreData => Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Information.Count > 0;

    public override string Location { get; }

    public override string StatusMessage => _message;

    public override void StopJob() => _stop();

    public void Begin() => SetJobState(JobState.Running);

    /// <summary>The node's work is over.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="failure">What failed; null when nothing did.</param>
    /// <param name="emit">Whether the result is the job's output.</param>
    public void Complete(NodeMaintenanceResult result, NodeManagerException? failure, bool emit)
    {
        _message = result.Message;
        if (emit)
            Output.Add(PSObject.AsPSObject(result));
        if (failure is not null)
            Error.Add(ErrorRecords.From(failure, result));
        SetJobState(failure is null ? JobState.Completed : JobState.Failed);
    }

    /// <summary>The run ended before the node's turn, or in the middle of it.</summary>
    public void EndWithout(bool isStopped)
    {
        if (JobStateInfo.State is JobState.NotStarted or JobState.Running)
            SetJobState(isStopped ? JobState.Stopped : JobState.Failed);
    }
}
