using System.Management.Automation;
using NodeManager.Maintenance;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>One node of a maintenance that runs as a job.</summary>
internal sealed class NodeMaintenanceChildJob : Job, IScriptStreams
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
        PSJobTypeName = NodeOperations.Maintenance;
        Location = cluster;
        _stop = stop;
    }

    public override bool HasMoreData => Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Information.Count > 0;

    public override string Location { get; }

    public override string StatusMessage => _message;

    public override void StopJob() => _stop();

    public void Begin() => SetJobState(JobState.Running);

    /// <summary>Something failed on the node.</summary>
    public void Fail(Exception exception, NodeMaintenanceResult node) => Error.Add(ErrorRecords.From(exception, node));

    /// <summary>The node's work is over.</summary>
    public void Complete(NodeMaintenanceResult node)
    {
        _message = node.Message;
        SetJobState(node.Status == NodeMaintenanceStatus.Failed ? JobState.Failed : JobState.Completed);
    }

    void IScriptStreams.Write(WarningRecord record) => Warning.Add(record);

    void IScriptStreams.Write(VerboseRecord record) => Verbose.Add(record);

    void IScriptStreams.Write(InformationRecord record) => Information.Add(record);

    /// <summary>The run ended before the node's turn, or in the middle of it.</summary>
    public void EndWithout(bool isStopped)
    {
        if (JobStateInfo.State is JobState.NotStarted or JobState.Running)
            SetJobState(isStopped ? JobState.Stopped : JobState.Failed);
    }
}
