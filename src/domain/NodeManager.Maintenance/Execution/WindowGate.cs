using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Records;

namespace NodeManager.Maintenance.Execution;

/// <summary>Nodes start only in a window; a batch that has started may end after it.</summary>
internal sealed class WindowGate(MaintenanceScope scope, RunStart start)
{
    /// <summary>True without windows.</summary>
    public bool IsOpen => start.Windows.Count == 0 || start.Windows.Any(w => w.IsOpen(scope.Now));

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (!IsOpen)
        {
            (MaintenanceWindow window, DateTimeOffset opens) = start.Windows.Select(w => (w, w.NextOpening(scope.Now))).MinBy(w => w.Item2);
            TimeSpan remaining = opens - scope.Now;
            start.Progress.Wait(
                "Waiting",
                $"{HumanDuration.Format(remaining)} for the window {window}, which opens {TimeZoneInfo.ConvertTime(opens, window.Zone):yyyy-MM-dd HH:mm zzz}"
            );
            await Task.Delay(
                remaining < MaintenanceRun.RecheckInterval ? remaining : MaintenanceRun.RecheckInterval,
                scope.Time,
                cancellationToken
            );
        }
    }
}
