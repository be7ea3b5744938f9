using NodeManager.Core.Progress;
using NodeManager.Maintenance.Options;

namespace NodeManager.Jobs;

/// <summary>Forwards the events of a maintenance run.</summary>
internal sealed class MaintenanceListener(
    IOperationObserver streams,
    Action<NodeMaintenanceRun> started,
    Action<NodeMaintenanceResult> nodeStarted,
    Action<NodeMaintenanceResult> nodeEnded
) : IMaintenanceObserver
{
    public void Started(NodeMaintenanceRun run) => started(run);

    public void NodeStarted(NodeMaintenanceResult node) => nodeStarted(node);

    public void NodeEnded(NodeMaintenanceResult node) => nodeEnded(node);

    public void Warning(string message) => streams.Warning(message);

    public void Verbose(string message) => streams.Verbose(message);

    public void Progress(OperationProgress progress) => streams.Progress(progress);
}
