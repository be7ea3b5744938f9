using NodeManager.Core.Progress;
using NodeManager.Maintenance.Options;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>Receives the events of maintenance runs, and places the progress of drains under that of the update.</summary>
/// <param name="inner">Receives the events of the update.</param>
/// <param name="key">Of the update's bar.</param>
internal sealed class RollObserver(IOperationObserver inner, string key) : IMaintenanceObserver
{
    public void Started(NodeMaintenanceRun run)
    {
        // The update reports its own start, not that of a maintenance run.
    }

    public void NodeStarted(NodeMaintenanceResult node)
    {
        // See Started.
    }

    public void NodeEnded(NodeMaintenanceResult node)
    {
        // See Started.
    }

    public void Warning(string message) => inner.Warning(message);

    public void Verbose(string message) => inner.Verbose(message);

    public void Progress(OperationProgress progress) =>
        inner.Progress(progress.Key == key || progress.Parent.Length > 0 ? progress : progress with { Parent = key });
}
