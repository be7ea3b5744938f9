using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Operations;

public sealed class UnreachableServerRetryTests
{
    private readonly ManualTimeProvider _time = new() { IsEager = true };
    private int _attempts;

    [Theory]
    [InlineData(ErrorIds.ServerUnreachable)]
    [InlineData(ErrorIds.CredentialPluginFailed)]
    public async Task A_failure_of_the_server_or_of_a_credential_plugin_is_retried(string errorId)
    {
        string result = await Retry().RunAsync(_ => ++_attempts < 3 ? throw Failure(errorId) : Task.FromResult("read"), default);

        Assert.Equal(("read", 3), (result, _attempts));
    }

    [Fact]
    public async Task A_credential_plugin_that_keeps_failing_ends_the_work_after_the_limit()
    {
        long start = _time.GetTimestamp();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            Retry().RunAsync<string>(_ => throw Failure(ErrorIds.CredentialPluginFailed), default)
        );

        Assert.Equal(ErrorIds.CredentialPluginFailed, error.ErrorId);
        Assert.InRange(_time.GetElapsedTime(start), UnreachableServerRetry.Limit, UnreachableServerRetry.Limit + TimeSpan.FromSeconds(5));
    }

    private UnreachableServerRetry Retry() => new(_time, NullObserver.Instance);

    private static NodeManagerException Failure(string errorId) => new(errorId, ErrorKind.ConnectionError, "The network is down.");
}
