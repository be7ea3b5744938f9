using NodeManager.Core.Progress;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>Forwards what a batch's drain tells: how far a node is, as the node's step.</summary>
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
        // A drain's bar goes when it ends; the node's line stays for the steps after it.
        if (!report.Completed && byName.TryGetValue(report.Key, out NodeRecord? node))
            progress.Detail(node, report.Status, report.PercentComplete, report.WaitsFor);
    }
}
