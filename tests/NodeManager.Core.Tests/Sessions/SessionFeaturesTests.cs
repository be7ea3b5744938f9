using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Sessions;

public sealed class SessionFeaturesTests : IDisposable
{
    private readonly ListLogger logger = new();
    private readonly NodeManagerSession session;
    private readonly List<string> closed = [];

    public SessionFeaturesTests() => session = OfflineSession.Create(1, "features", logger);

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_type_has_one_feature_per_session()
    {
        using NodeManagerSession other = OfflineSession.Create(2, "others");

        Assert.Same(session.Get<Notes>(), session.Get<Notes>());
        Assert.Same(session.Get<Notes>(), session.Connection().Get<Notes>());
        Assert.NotSame(session.Get<Notes>(), other.Get<Notes>());
    }

    [Fact]
    public async Task Concurrent_callers_share_the_one_that_is_created()
    {
        int created = 0;
        using ManualResetEventSlim mayEnd = new();
        Task<Part>[] callers =
        [
            .. Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () => session.Get(_ =>
                {
                    Interlocked.Increment(ref created);
                    mayEnd.Wait(TimeSpan.FromSeconds(30));
                    return new Part("shared", closed);
                }),
                TaskCreationOptions.LongRunning)),
        ];
        // Another type does not wait for it.
        Assert.NotNull(session.Get<Notes>());
        mayEnd.Set();
        Part[] parts = await Task.WhenAll(callers);

        Assert.Equal(1, created);
        Assert.Single(parts.Distinct());
    }

    [Fact]
    public void The_end_of_the_session_disposes_features_before_those_that_they_use()
    {
        session.Get(connection => new Upper(connection.Get(_ => new Part("lower", closed)), closed));

        session.Dispose();
        session.Dispose();

        Assert.Equal(["upper", "lower"], closed);
        NodeManagerException error = Assert.Throws<NodeManagerException>(() => session.Get<Notes>());
        Assert.Equal(ErrorIds.SessionClosed, error.ErrorId);
    }

    [Fact]
    public void A_feature_is_disposed_after_the_operations_were_cancelled()
    {
        CancellationToken closing = session.Connection().Closed;
        bool wasCancelled = false;
        session.Get(_ => new Closing(() => wasCancelled = closing.IsCancellationRequested));

        session.Dispose();

        Assert.True(wasCancelled);
    }

    [Fact]
    public void A_feature_that_fails_to_close_keeps_no_other_from_being_disposed()
    {
        session.Get(_ => new Part("first", closed));
        session.Get(_ => new Closing(() => throw new InvalidOperationException("still busy")));

        session.Dispose();

        Assert.Equal(["first"], closed);
        Assert.Contains("still busy", Assert.Single(logger.Entries).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_creation_that_failed_is_repeated()
    {
        Assert.Throws<IOException>(() => session.Get<Part>(_ => throw new IOException("not now")));

        Assert.Equal("second", session.Get(_ => new Part("second", closed)).Name);
    }

    [Fact]
    public void A_feature_that_needs_itself_is_an_error()
    {
        static Closing Create(ClusterConnection connection) => connection.Get(Create);

        Assert.Throws<InvalidOperationException>(() => session.Get(Create));
    }

    [Fact]
    public async Task A_feature_whose_session_ends_during_its_creation_is_disposed()
    {
        using SemaphoreSlim begun = new(0);
        using ManualResetEventSlim mayEnd = new();
        ClusterConnection connection = session.Connection();
        Task<Part> creation = Task.Factory.StartNew(
            () => connection.Get(_ =>
            {
                begun.Release();
                mayEnd.Wait(TimeSpan.FromSeconds(30));
                return new Part("late", closed);
            }),
            TaskCreationOptions.LongRunning);
        Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(30)));

        session.Dispose();
        mayEnd.Set();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => creation);
        Assert.Equal(["late"], closed);
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
