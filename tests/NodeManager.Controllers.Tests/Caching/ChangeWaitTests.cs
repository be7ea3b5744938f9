using NodeManager.Controllers.Caching;
using NodeManager.Testing;

namespace NodeManager.Controllers.Tests.Caching;

public sealed class ChangeWaitTests
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    [Fact]
    public async Task The_failure_of_a_cache_is_thrown()
    {
        Task failed = Task.FromException(new InvalidOperationException("list and watch are refused"));

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TimeProvider.System.WaitForChangeAsync([Never, failed], TimeSpan.FromHours(1), default)
        );

        Assert.Equal("list and watch are refused", thrown.Message);
    }

    [Fact]
    public async Task A_failed_cache_is_noticed_even_if_there_is_no_time_to_wait() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TimeProvider.System.WaitForChangeAsync([Task.FromException(new InvalidOperationException())], TimeSpan.Zero, default)
        );

    [Fact]
    public async Task A_cancelled_token_wins_over_a_change()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            TimeProvider.System.WaitForChangeAsync([Task.CompletedTask], null, cancelled.Token)
        );
    }

    [Fact]
    public async Task Cancellation_ends_a_wait_without_limit()
    {
        using CancellationTokenSource stop = new();
        Task<bool> waiting = TimeProvider.System.WaitForChangeAsync([Never], null, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-5000)]
    public async Task A_wait_without_time_ends_immediately(int milliseconds) =>
        Assert.False(await TimeProvider.System.WaitForChangeAsync([Never], TimeSpan.FromMilliseconds(milliseconds), default));

    [Fact]
    public async Task The_clock_of_the_session_ends_the_wait()
    {
        ManualTimeProvider clock = new();
        Task<bool> waiting = clock.WaitForChangeAsync([Never], TimeSpan.FromDays(60), default);
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromDays(49));
        await Eventually.HoldsAsync(() => clock.Waiting == 1);
        clock.Advance(TimeSpan.FromDays(11));

        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_change_and_the_end_of_the_time_have_different_results()
    {
        ManualTimeProvider clock = new();
        TaskCompletionSource change = new();
        Task<bool> waiting = clock.WaitForChangeAsync([Never, change.Task], TimeSpan.FromHours(1), default);
        change.SetResult();

        Assert.True(await waiting);
        await Eventually.HoldsAsync(() => clock.Waiting == 0);
    }
}
