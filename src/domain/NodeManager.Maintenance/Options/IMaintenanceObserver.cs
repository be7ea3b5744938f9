using NodeManager.Core.Progress;

namespace NodeManager.Maintenance.Options;

/// <summary>Receives the events of a maintenance. Called from any thread; returns immediately.</summary>
public interface IMaintenanceObserver : IOperationObserver
{
    /// <summary>The run has its id and its nodes; they are claimed next, and nothing else was changed yet.</summary>
    void Started(NodeMaintenanceRun run);

    void NodeStarted(NodeMaintenanceResult node);

    void NodeEnded(NodeMaintenanceResult node);
}
