using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Transport;

public sealed class RetryPolicyTests
{
    private static readonly RetryPolicy Policy = new()
    {
        MaximumAttempts = 3,
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(4),
        IsTransient = static e => e is TimeoutException,
    };

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(5, 1600)]
    [InlineData(6, 2000)]
    [InlineData(1000, 2000)]
    public void A_pause_doubles_up_to_the_longest_and_is_at_least_half_of_that(int attempt, int most)
    {
        RetryPolicy policy = new() { FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(2) };
        TimeSpan[] pauses = [.. Enumerable.Range(0, 200).Select(_ => policy.PauseAfter(attempt))];

        Assert.All(pauses, pause => Assert.InRange(pause.TotalMilliseconds, most / 2.0, most));
        Assert.True(pauses.Distinct().Count() > 100, "Clients that failed together return together.");
    }

    [Fact]
    public void A_longer_Retry_After_counts()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), Policy.PauseAfter(1, TimeSpan.FromSeconds(1)));
        Assert.InRange(Policy.PauseAfter(3, TimeSpan.FromTicks(1)).TotalMilliseconds, 2, 4);
    }

    [Fact]
    public async Task A_transient_failure_is_retried_and_reported_until_the_last_attempt()
    {
        List<int> reported = [];
        int calls = 0;

        await Assert.ThrowsAsync<TimeoutException>(() =>
            Policy.RunAsync<int>(
                _ =>
                {
                    calls++;
                    throw new TimeoutException();
                },
                TimeProvider.System,
                CancellationToken.None,
                (_, attempt) => reported.Add(attempt)
            )
        );

        Assert.Equal(3, calls);
        Assert.Equal([1, 2], reported);
    }

    [Fact]
    public async Task Another_failure_ends_it()
    {
        int calls = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Policy.RunAsync<int>(
                _ =>
                {
                    calls++;
                    throw calls == 1 ? new TimeoutException() : new InvalidOperationException();
                },
                TimeProvider.System,
                CancellationToken.None
            )
        );
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task No_attempt_starts_after_the_limit()
    {
        ManualTimeProvider time = new();
        int calls = 0;
        await Assert.ThrowsAsync<TimeoutException>(() =>
            (Policy with { MaximumAttempts = int.MaxValue, Limit = TimeSpan.FromMinutes(10) }).RunAsync<int>(
                _ =>
                {
                    calls++;
                    time.Advance(TimeSpan.FromMinutes(10));
                    throw new TimeoutException();
                },
                time,
                CancellationToken.None
            )
        );
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_conflict_is_retried_with_what_the_action_reads_next()
    {
        int version = 0;
        int written = await RetryPolicy.Conflicts.RunAsync(
            _ =>
                ++version < 3
                    ? throw new KubernetesException(HttpStatusCode.Conflict, null, "PATCH", "/a", null)
                    : Task.FromResult(version),
            TimeProvider.System,
            CancellationToken.None
        );
        Assert.Equal(3, written);
    }
}
