using System.Collections.Concurrent;
using NodeManager.Controllers.Queueing;
using NodeManager.Testing;

namespace NodeManager.Controllers.Tests.Queueing;

public sealed class ReconcilerTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly WorkQueue<string> _queue;
    private Task _running = Task.CompletedTask;

    public ReconcilerTests() => _queue = new(new() { FirstDelay = TimeSpan.FromSeconds(1), Jitter = 0 }, _time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Eventually.Limit);
        _queue.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_key_is_reconciled_again_after_the_requested_delay()
    {
        int looks = 0;
        Start(
            (_, _) =>
                Task.FromResult(
                    Interlocked.Increment(ref looks) < 3 ? ReconcileResult.RequeueAfter(TimeSpan.FromSeconds(10)) : ReconcileResult.Done
                )
        );
        _queue.Add("a");
        for (int expected = 1; expected < 3; expected++)
        {
            await Eventually.HoldsAsync(() => looks == expected && _time.Waiting == 1);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        await Eventually.HoldsAsync(() => looks == 3);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _queue.Count);
        Assert.Equal(3, looks);
    }

    [Fact]
    public async Task Failures_are_reported_and_retried_with_increasing_delay()
    {
        int looks = 0;
        Start(
            (_, _) =>
                Interlocked.Increment(ref looks) < 4
                    ? throw new InvalidOperationException($"fault {looks}")
                    : Task.FromResult(ReconcileResult.Done)
        );
        _queue.Add("a");
        foreach (int seconds in (int[])[1, 2, 4])
        {
            await Eventually.HoldsAsync(() => _time.Waiting == 1);
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        await Eventually.HoldsAsync(() => looks == 4 && _queue.Failures("a") == 0);
        Assert.Equal(["a: fault 1, again in 1 s", "a: fault 2, again in 2 s", "a: fault 3, again in 4 s"], _failures);
    }

    [Fact]
    public async Task A_key_is_reconciled_once_at_a_time_and_concurrently_with_others()
    {
        SemaphoreSlim go = new(0);
        ConcurrentDictionary<string, int> busy = [];
        int most = 0,
            looks = 0;
        Start(
            async (key, token) =>
            {
                int now = busy.AddOrUpdate(key, 1, static (_, count) => count + 1);
                most = Math.Max(most, now);
                Interlocked.Increment(ref looks);
                await go.WaitAsync(token);
                busy.AddOrUpdate(key, 0, static (_, count) => count - 1);
                return ReconcileResult.Done;
            }
        );
        _queue.Add("a");
        _queue.Add("b");
        await Eventually.HoldsAsync(() => looks == 2);
        _queue.Add("a");
        await Task.Delay(50);
        Assert.Equal(2, looks);

        go.Release(3);

        await Eventually.HoldsAsync(() => looks == 3);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_reconciler_ends_after_the_work_in_progress()
    {
        TaskCompletionSource begun = new(),
            finish = new();
        Start(
            async (_, _) =>
            {
                begun.SetResult();
                await finish.Task;
                return ReconcileResult.Done;
            }
        );
        _queue.Add("a");
        await begun.Task.WaitAsync(Eventually.Limit);

        await _stop.CancelAsync();
        await Task.Delay(50);
        Assert.False(_running.IsCompleted);
        finish.SetResult();

        await _running.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task An_interruption_is_not_a_failure()
    {
        TaskCompletionSource begun = new();
        Start(
            async (_, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return ReconcileResult.Done;
            }
        );
        _queue.Add("a");
        await begun.Task.WaitAsync(Eventually.Limit);
        await _stop.CancelAsync();
        await _running.WaitAsync(Eventually.Limit);

        Assert.Empty(_failures);
    }

    private void Start(Func<string, CancellationToken, Task<ReconcileResult>> reconcile) =>
        _running = new Reconciler<string>(
            _queue,
            reconcile,
            (key, failure, after) => _failures.Enqueue($"{key}: {failure.Message}, again in {after.TotalSeconds:0} s")
        ).RunAsync(3, _stop.Token);
}
