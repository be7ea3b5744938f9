using NodeManager.Core.Operations;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Operations;

public sealed class RunningOperationTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Reading_the_state_copies_no_events()
    {
        TaskCompletionSource mayEnd = new(),
            full = new();
        RunningOperation operation = Start(async context =>
        {
            for (int i = 0; i < 1000; i++)
                context.Output(i);
            full.SetResult();
            await mayEnd.Task;
        });
        await full.Task.WaitAsync(Limit);

        long before = GC.GetAllocatedBytesForCurrentThread();
        OperationState state = operation.State;
        DateTimeOffset? ended = operation.EndedAt;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        mayEnd.SetResult();
        Assert.Equal(OperationState.Succeeded, await operation.Completion.WaitAsync(Limit));
        Assert.Equal((OperationState.Running, (DateTimeOffset?)null), (state, ended));
        // A copy of 1,000 references takes 8,000 bytes.
        Assert.InRange(allocated, 0, 2000);
        Assert.Equal((OperationState.Succeeded, _time.GetUtcNow()), (operation.State, operation.EndedAt));
    }

    [Fact]
    public async Task Events_are_numbered_in_order()
    {
        RunningOperation operation = Start(context =>
        {
            context.ItemStarted("worker-1");
            context.Verbose("cordoning");
            context.Warning("pod has no controller");
            context.Output("drained");
            context.Fail(new IOException("gone"), "worker-2");
            context.ItemEnded("worker-1");
            return Task.CompletedTask;
        });

        List<OperationEvent> events = await ReadAsync(operation);

        Assert.Equal(Enumerable.Range(1, 7).Select(i => (long)i), events.Select(e => e.Sequence));
        Assert.All(events, e => Assert.Equal(_time.GetUtcNow(), e.At));
        Assert.Equal(
            [
                "started worker-1",
                "Verbose cordoning",
                "Warning pod has no controller",
                "output drained",
                "failure gone worker-2",
                "ended worker-1",
                "end Failed",
            ],
            events.Select(Text)
        );
    }

    [Fact]
    public async Task Readers_see_the_same_events_from_any_start()
    {
        TaskCompletionSource<OperationContext> begun = new();
        TaskCompletionSource mayEnd = new();
        RunningOperation operation = Start(async context =>
        {
            context.Output(1);
            begun.SetResult(context);
            await mayEnd.Task;
        });
        OperationContext context = await begun.Task.WaitAsync(Limit);
        await using IAsyncEnumerator<OperationEvent> early = operation.ReadAsync(0, default).GetAsyncEnumerator();
        Assert.True(await early.MoveNextAsync());
        ValueTask<bool> second = early.MoveNextAsync();
        Assert.False(second.IsCompleted);

        context.Output(2);
        context.Output(3);
        Assert.True(await second.AsTask().WaitAsync(Limit));
        Assert.Equal("output 2", Text(early.Current));
        mayEnd.SetResult();
        await operation.Completion.WaitAsync(Limit);

        Assert.Equal(["output 1", "output 2", "output 3", "end Succeeded"], (await ReadAsync(operation)).Select(Text));
        Assert.Equal(["output 3", "end Succeeded"], (await ReadAsync(operation, early.Current.Sequence)).Select(Text));
        // A reader that asks for events after the end followed another process's operation of the same id, and starts over.
        Assert.Equal(await ReadAsync(operation), await ReadAsync(operation, 4));
        Assert.Equal([1, 2, 3], operation.Results);
    }

    [Fact]
    public async Task Events_of_concurrent_work_are_all_seen_once_and_in_order()
    {
        RunningOperation operation = Start(async context =>
            await Parallel.ForEachAsync(
                Enumerable.Range(0, 2000),
                async (i, _) =>
                {
                    await Task.Yield();
                    context.Output(i);
                }
            )
        );

        List<OperationEvent>[] readers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReadAsync(operation)));

        Assert.All(readers, events => Assert.Equal(Enumerable.Range(1, 2001).Select(i => (long)i), events.Select(e => e.Sequence)));
        Assert.All(readers, events => Assert.Equal(readers[0].Select(Text), events.Select(Text)));
    }

    [Fact]
    public async Task Cancellation_keeps_the_events_until_the_operation_stops()
    {
        TaskCompletionSource begun = new();
        RunningOperation operation = Start(async context =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.Token);
            }
            finally
            {
                context.Output("left cordoned");
            }
        });
        await begun.Task.WaitAsync(Limit);
        Assert.Equal((OperationState.Running, (DateTimeOffset?)null), (operation.State, operation.EndedAt));

        operation.Cancel();
        operation.Cancel();

        Assert.Equal(OperationState.Cancelled, await operation.Completion.WaitAsync(Limit));
        Assert.Equal(["output left cordoned", "end Cancelled"], (await ReadAsync(operation)).Select(Text));
        Assert.Equal((OperationState.Cancelled, _time.GetUtcNow()), (operation.State, operation.EndedAt));
        Assert.Empty(operation.Failures);
    }

    [Fact]
    public async Task Cancelling_after_the_end_changes_nothing()
    {
        RunningOperation operation = Start(_ => Task.CompletedTask);
        await operation.Completion.WaitAsync(Limit);

        operation.Cancel();

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(["end Succeeded"], (await ReadAsync(operation)).Select(Text));
    }

    [Fact]
    public async Task Exceptions_and_unrequested_cancellations_of_the_work_are_failures()
    {
        NodeManagerException closed = new(ErrorIds.SessionClosed, ErrorKind.OperationStopped, "The session was disconnected.");
        RunningOperation failed = Start(_ => throw closed);
        RunningOperation cut = Start(_ => throw new OperationCanceledException("the other end"));

        Assert.Equal(OperationState.Failed, await failed.Completion.WaitAsync(Limit));
        Assert.Same(closed, Assert.Single(failed.Failures).Exception);
        Assert.Equal(OperationState.Failed, await cut.Completion.WaitAsync(Limit));
        Assert.Equal("the other end", Assert.Single(cut.Failures).Exception.Message);
    }

    [Fact]
    public async Task The_latest_messages_and_all_results_and_failures_are_kept()
    {
        RunningOperation operation = Start(
            context =>
            {
                for (int i = 1; i <= 10; i++)
                {
                    context.Verbose($"message {i}");
                    if (i % 5 == 0)
                        context.Output(i);
                }

                context.Fail(new IOException("late"), null);
                return Task.CompletedTask;
            },
            messageLimit: 3
        );
        await operation.Completion.WaitAsync(Limit);

        List<OperationEvent> events = await ReadAsync(operation);

        Assert.Equal(
            [
                "output 5",
                "dropped 7",
                "Verbose message 8",
                "Verbose message 9",
                "Verbose message 10",
                "output 10",
                "failure late ",
                "end Failed",
            ],
            events.Select(Text)
        );
        Assert.Equal(events.Select(e => e.Sequence).Order(), events.Select(e => e.Sequence));
        // Whoever has seen the messages that were dropped since is not told.
        Assert.Equal("Verbose message 9", Text((await ReadAsync(operation, events[2].Sequence))[0]));
    }

    [Fact]
    public async Task The_last_progress_of_each_key_is_kept()
    {
        RunningOperation operation = Start(context =>
        {
            for (int i = 0; i <= 100; i++)
            {
                context.Progress(new("worker-1", "Draining worker-1", $"{i} of 100", i));
                context.Progress(new("worker-2", "Draining worker-2", $"{i} of 100", i, Completed: i == 100));
            }

            return Task.CompletedTask;
        });
        await operation.Completion.WaitAsync(Limit);

        Assert.Equal(["progress worker-1 100", "progress worker-2 100", "end Succeeded"], (await ReadAsync(operation)).Select(Text));
        Assert.Equal("worker-1", Assert.Single(operation.Progress).Key);
    }

    [Fact]
    public async Task Events_after_the_end_are_ignored()
    {
        OperationContext? abandoned = null;
        RunningOperation operation = Start(context =>
        {
            abandoned = context;
            return Task.CompletedTask;
        });
        await operation.Completion.WaitAsync(Limit);

        abandoned!.Output("late");
        abandoned.Fail(new IOException("late"), null);

        Assert.Equal(["end Succeeded"], (await ReadAsync(operation)).Select(Text));
        Assert.Equal(OperationState.Succeeded, operation.State);
    }

    [Fact]
    public async Task A_reader_that_stops_does_not_stop_the_operation()
    {
        TaskCompletionSource mayEnd = new();
        RunningOperation operation = Start(_ => mayEnd.Task);
        using CancellationTokenSource reading = new();
        Task<List<OperationEvent>> reader = operation.ReadAsync(0, reading.Token).ToListAsync().AsTask();

        await reading.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.WaitAsync(Limit));
        Assert.Equal(OperationState.Running, operation.State);
        mayEnd.SetResult();
        Assert.Equal(OperationState.Succeeded, await operation.Completion.WaitAsync(Limit));
    }

    private RunningOperation Start(Func<OperationContext, Task> work, int messageLimit = RunningOperation.DefaultMessageLimit) =>
        RunningOperation.Start("Test", "nothing", _time, work, messageLimit);

    private static async Task<List<OperationEvent>> ReadAsync(RunningOperation operation, long after = 0) =>
        await operation.ReadAsync(after, default).ToListAsync().AsTask().WaitAsync(Limit);

    private static string Text(OperationEvent happened) =>
        happened switch
        {
            OperationItemStarted started => $"started {started.Item}",
            OperationItemEnded ended => $"ended {ended.Item}",
            OperationOutput output => $"output {output.Value}",
            OperationFailure failure => $"failure {failure.Exception.Message} {failure.Target}",
            OperationMessage message => $"{message.Level} {message.Text}",
            OperationProgressed { Progress: var progress } => $"progress {progress.Key} {progress.PercentComplete}",
            OperationMessagesDropped dropped => $"dropped {dropped.Count}",
            OperationEnded ended => $"end {ended.State}",
            _ => throw new InvalidOperationException(happened.ToString()),
        };
}
