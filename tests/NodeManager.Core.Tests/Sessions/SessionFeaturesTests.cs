using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Sessions;

public sealed class SessionFeaturesTests : IDisposable
{
    private readonly ListLogger _logger = new();
    private readonly NodeManagerSession _session;
    private readonly List<string> _closed = [];

    public SessionFeaturesTests() => _session = OfflineSession.Create(1, "features", _logger);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void A_type_has_one_feature_per_session()
    {
        using NodeManagerSession other = OfflineSession.Create(2, "others");

        Assert.Same(_session.Get<Notes>(), _session.Get<Notes>());
        Assert.Same(_session.Get<Notes>(), _session.Connection().Get<Notes>());
        Assert.NotSame(_session.Get<Notes>(), other.Get<Notes>());
    }

    [Fact]
    public async Task Concurrent_callers_share_one_feature()
    {
        int created = 0;
        using ManualResetEventSlim mayEnd = new();
        Task<Part>[] callers =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                            _session.Get(_ =>
                            {
                                Interlocked.Increment(ref created);
                                mayEnd.Wait(TimeSpan.FromSeconds(30));
                                return new Part("shared", _closed);
                            }),
                        TaskCreationOptions.LongRunning
                    )
                ),
        ];
        // Another type does not wait for it.
        Assert.NotNull(_session.Get<Notes>());
        mayEnd.Set();
        Part[] parts = await Task.WhenAll(callers);

        Assert.Equal(1, created);
        Assert.Single(parts.Distinct());
    }

    [Fact]
    public void Features_are_disposed_before_the_features_that_they_use()
    {
        _session.Get(connection => new Upper(connection.Get(_ => new Part("lower", _closed)), _closed));

        _session.Dispose();
        _session.Dispose();

        Assert.Equal(["upper", "lower"], _closed);
        NodeManagerException error = Assert.Throws<NodeManagerException>(() => _session.Get<Notes>());
        Assert.Equal(ErrorIds.SessionClosed, error.ErrorId);
    }

    [Fact]
    public void A_feature_is_disposed_after_the_operations_were_cancelled()
    {
        CancellationToken closing = _session.Connection().Closed;
        bool wasCancelled = false;
        _session.Get(_ => new Closing(() => wasCancelled = closing.IsCancellationRequested));

        _session.Dispose();

        Assert.True(wasCancelled);
    }

    [Fact]
    public void A_feature_that_fails_to_close_does_not_affect_other_features()
    {
        _session.Get(_ => new Part("first", _closed));
        _session.Get(_ => new Closing(() => throw new InvalidOperationException("still busy")));

        _session.Dispose();

        Assert.Equal(["first"], _closed);
        Assert.Contains("still busy", Assert.Single(_logger.Entries).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_creation_is_repeated()
    {
        Assert.Throws<IOException>(() => _session.Get<Part>(_ => throw new IOException("not now")));

        Assert.Equal("second", _session.Get(_ => new Part("second", _closed)).Name);
    }

    [Fact]
    public void A_feature_that_needs_itself_is_an_error()
    {
        static Closing Create(ClusterConnection connection) => connection.Get(Create);

        Assert.Throws<InvalidOperationException>(() => _session.Get(Create));
    }

    [Fact]
    public async Task A_feature_whose_session_ends_during_its_creation_is_disposed()
    {
        using SemaphoreSlim begun = new(0);
        using ManualResetEventSlim mayEnd = new();
        ClusterConnection connection = _session.Connection();
        Task<Part> creation = Task.Factory.StartNew(
            () =>
                connection.Get(_ =>
                {
                    begun.Release();
                    mayEnd.Wait(TimeSpan.FromSeconds(30));
                    return new Part("late", _closed);
                }),
            TaskCreationOptions.LongRunning
        );
        Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(30)));

        _session.Dispose();
        mayEnd.Set();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => creation);
        Assert.Equal(["late"], _closed);
        Assert.Throws<ObjectDisposedException>(() => connection.Get<Notes>());
    }

    private sealed class Notes;

    private sealed class Part(string name, List<string> closed) : IDisposable
    {
        public string Name => name;

        public void Dispose() => closed.Add(name);
    }

    private sealed class Upper(Part lower, List<string> closed) : IDisposable
    {
        public Part Lower => lower;

        public void Dispose() => closed.Add("upper");
    }

    private sealed class Closing(Action close) : IDisposable
    {
        public void Dispose() => close();
    }
}
