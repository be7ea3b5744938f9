using NodeManager.Core.Scheduler.Health;
using NodeManager.Core.Scheduler.Restarts;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Bases;

/// <summary>Restarts that failed, as errors.</summary>
internal static class SchedulerFailures
{
    /// <summary>After Ctrl-C, lists the restarts that nobody waits for any more.</summary>
    public static void WriteInterrupted(Action<string> write, PendingRestarts restarts)
    {
        foreach (string restart in restarts.Names)
            write($"Interrupted: the restart of {restart} continues in the cluster. Test-SchedulerHealth shows its outcome.");
    }

    /// <summary>Says of a restart that it failed, if it did.</summary>
    public static void Tell(Worker worker, SchedulerRestartResult result)
    {
        if (result.Status == SchedulerRestartStatus.Restarted)
            return;
        string log = result.Log.Length > 0 ? $" The log of the pod ends: {result.Log}" : "";
        worker.Error(
            new NodeManagerException(
                ErrorIds.SchedulerRestartFailed, ErrorKind.InvalidOperation, result.Message + log, result,
                result.Status == SchedulerRestartStatus.RolledBack
                    ? "Correct what the log names and change it again; Compare-SchedulerConfiguration shows what was taken back."
                    : "See Test-SchedulerHealth; Restore-SchedulerConfiguration puts a former revision back."),
            result);
    }
}
