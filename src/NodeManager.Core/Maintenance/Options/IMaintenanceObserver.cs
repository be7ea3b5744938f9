using NodeManager.Core.Observing;


namespace NodeManager.Core.Maintenance.Options;

/// <summary>Whom a maintenance tells what happens. Called from any thread; returns at once.</summary>
public interface IMaintenanceObserver : IOperationObserver
{
    /// <summary>The run has its id and its nodes; they are claimed next, and nothing else was changed yet.</summary>
    void Started(NodeMaintenanceRun run);

    /// <summary>A node's work begins.</summary>
    void NodeStarted(NodeMaintenanceResult node);

    /// <summary>A node's work is over, well or not.</summary>
    void NodeEnded(NodeMaintenanceResult node);
}
