using NodeManager.SchedulerControl.Restarts;

namespace NodeManager.Core.Tests.Scheduler.Restarts;

public sealed class SchedulerFailuresTests
{
    [Fact]
    public void A_completed_scheduler_restart_is_not_a_failure() =>
        Assert.Null(SchedulerFailures.Of(Result(SchedulerRestartStatus.Restarted)));

    [Theory]
    [InlineData(SchedulerRestartStatus.RolledBack, "", "It said no.", "Compare-SchedulerConfiguration")]
    [InlineData(
        SchedulerRestartStatus.RolledBack,
        "no kind",
        "It said no. The log of the pod ends: no kind",
        "Compare-SchedulerConfiguration"
    )]
    [InlineData(SchedulerRestartStatus.Failed, "", "It said no.", "Restore-SchedulerConfiguration")]
    public void Each_failed_restart_has_a_cause_and_a_remedy(string status, string log, string message, string action)
    {
        SchedulerRestartResult result = Result(status, log);

        NodeManagerException failure = Assert.IsType<NodeManagerException>(SchedulerFailures.Of(result));

        Assert.Equal(
            (ErrorIds.SchedulerRestartFailed, ErrorKind.InvalidOperation, message),
            (failure.ErrorId, failure.Kind, failure.Message)
        );
        Assert.Same(result, failure.Target);
        Assert.Contains(action, failure.RecommendedAction, StringComparison.Ordinal);
    }

    private static SchedulerRestartResult Result(string status, string log = "") =>
        new()
        {
            Status = status,
            Message = "It said no.",
            Log = log,
        };
}
