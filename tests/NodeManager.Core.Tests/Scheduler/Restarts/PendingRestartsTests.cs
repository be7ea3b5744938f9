using NodeManager.SchedulerControl.Restarts;

namespace NodeManager.Core.Tests.Scheduler.Restarts;

public sealed class PendingRestartsTests
{
    [Fact]
    public async Task One_restart_that_ends_does_not_hide_another_that_was_interrupted()
    {
        var restarts = new PendingRestarts();
        var ends = new TaskCompletionSource<SchedulerRestartResult>();
        var interrupted = new TaskCompletionSource<SchedulerRestartResult>();
        var fails = new TaskCompletionSource<SchedulerRestartResult>();
        Task[] waits =
        [
            restarts.WaitAsync("b", () => interrupted.Task),
            restarts.WaitAsync("a", () => ends.Task),
            restarts.WaitAsync("c", () => fails.Task),
        ];
        Assert.Equal(["a", "b", "c"], restarts.Names);

        ends.SetResult(new() { Status = SchedulerRestartStatus.Restarted, Message = "" });
        fails.SetException(new InvalidOperationException());
        interrupted.SetCanceled();
        await Task.WhenAny(Task.WhenAll(waits));
        Assert.Equal(["b"], restarts.Names);
    }
}
