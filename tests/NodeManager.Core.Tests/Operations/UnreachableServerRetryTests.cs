using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Operations;

public sealed class UnreachableServerRetryTests
{
    private readonly ManualTimeProvider _time = new() { IsEager = true };
    private int _attempts;

    [Fact]
    public async Task A_failure_of_the_server_is_retried()
    {
        UnreachableServerRetry retry = new(_time, NullObserver.Instance);

        Assert.Equal("read", await retry.RunAsync(_ => ThirdAsync(ErrorIds.ServerUnreachable), default));
        Assert.Equal(3, _attempts);
    }

    [Fact]
    public async Task A_credential_plugin_that_fails_is_retried_only_during_the_work()
    {
        UnreachableServerRetry retry = new(_time, NullObserver.Instance);

        NodeManagerException first = await Assert.ThrowsAsync<NodeManagerException>(() =>
            retry.RunAsync(_ => ThirdAsync(ErrorIds.CredentialPluginFailed), default)
        );
        Assert.Equal((ErrorIds.CredentialPluginFailed, 1), (first.ErrorId, _attempts));

        await retry.RunAsync(static _ => Task.CompletedTask, default);
        _attempts = 0;
        Assert.Equal("read", await retry.RunAsync(_ => ThirdAsync(ErrorIds.CredentialPluginFailed), default));
        Assert.Equal(3, _attempts);
    }

    [Fact]
    public async Task A_credential_plugin_that_keeps_failing_ends_the_work_after_the_limit()
    {
        UnreachableServerRetry retry = new(_time, NullObserver.Instance);
        await retry.RunAsync(static _ => Task.CompletedTask, default);
        long start = _time.GetTimestamp();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            retry.RunAsync<string>(_ => throw Failure(ErrorIds.CredentialPluginFailed), default)
        );

        Assert.Equal(ErrorIds.CredentialPluginFailed, error.ErrorId);
        Assert.InRange(_time.GetElapsedTime(start), UnreachableServerRetry.Limit, UnreachableServerRetry.Limit + TimeSpan.FromSeconds(5));
    }

    private Task<string> ThirdAsync(string errorId) => ++_attempts < 3 ? throw Failure(errorId) : Task.FromResult("read");

    private static NodeManagerException Failure(string errorId) => new(errorId, ErrorKind.ConnectionError, "The network is down.");
}
