using NodeManager.Core.Progress;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>Forwards the progress of a batch's drain as the node's step.</summary>
internal sealed class DrainListener(
    IOperationObserver observer,
    MaintenanceProgress progress,
    IReadOnlyDictionary<string, NodeRecord> byName
) : IOperationObserver
{
    public void Warning(string message) => observer.Warning(message);

    public void Verbose(string message) => observer.Verbose(message);

    public void Progress(OperationProgress report)
    {
        // A drain's bar ends with it; the node's bar stays for the next steps.
        if (!report.Completed && byName.TryGetValue(report.Key, out NodeRecord? node))
            progress.Detail(node, report.Status, report.PercentComplete, report.WaitsFor);
    }
}
