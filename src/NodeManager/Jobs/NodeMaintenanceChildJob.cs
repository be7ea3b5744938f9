using NodeManager.Maintenance;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

internal sealed class NodeMaintenanceChildJob : Job, IScriptStreams
{
    private readonly Action _stop;
    private volatile string _message = "";

    /// <param name="stop">Stops the whole maintenance; a single node cannot be stopped.</param>
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

    public void Fail(Exception exception, NodeMaintenanceResult node) => Error.Add(ErrorRecords.From(exception, node));

    public void Complete(NodeMaintenanceResult node)
    {
        _message = node.Message;
        SetJobState(node.Status == NodeMaintenanceStatus.Failed ? JobState.Failed : JobState.Completed);
    }

    void IScriptStreams.Write(WarningRecord record) => Warning.Add(record);

    void IScriptStreams.Write(VerboseRecord record) => Verbose.Add(record);

    void IScriptStreams.Write(InformationRecord record) => Information.Add(record);

    /// <summary>The run ended before or during the node's work.</summary>
    public void EndWithout(bool isStopped)
    {
        if (JobStateInfo.State is JobState.NotStarted or JobState.Running)
            SetJobState(isStopped ? JobState.Stopped : JobState.Failed);
    }
}
