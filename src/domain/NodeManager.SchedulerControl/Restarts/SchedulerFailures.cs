namespace NodeManager.SchedulerControl.Restarts;

public static class SchedulerFailures
{
    /// <summary>Null for a scheduler that was restarted.</summary>
    public static NodeManagerException? Of(SchedulerRestartResult result)
    {
        if (result.Status == SchedulerRestartStatus.Restarted)
            return null;
        string log = result.Log.Length > 0 ? $" The log of the pod ends: {result.Log}" : "";
        return new(
            ErrorIds.SchedulerRestartFailed,
            ErrorKind.InvalidOperation,
            result.Message + log,
            result,
            result.Status == SchedulerRestartStatus.RolledBack
                ? "Correct the cause that the log names and change the configuration again. List the reverted changes with Compare-SchedulerConfiguration."
                : "Check the scheduler with Test-SchedulerHealth. Restore an earlier revision with Restore-SchedulerConfiguration."
        );
    }
}
