using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Sessions;

public sealed class SessionFactoryTests
{
    [Fact]
    public async Task A_session_shows_its_server()
    {
        var time = new ManualTimeProvider();
        using NodeManagerSession session = await new FakeServer(FakeServer.NotFound).ConnectAsync("says-where", time);

        Assert.Equal(
            ("says-where", "Sandbox", "v1.34.2", "Connected"),
            (session.Cluster, session.Source, session.ServerVersion, session.State)
        );
        Assert.Equal(time.GetUtcNow(), session.ConnectedAt);
        Assert.Equal(new("http://test.invalid/"), session.Server);
    }

    [Fact]
    public async Task Ids_count_up_and_names_of_live_sessions_differ()
    {
        NodeManagerSession first = await new FakeServer(FakeServer.NotFound).ConnectAsync("twin");
        using NodeManagerSession second = await new FakeServer(FakeServer.NotFound).ConnectAsync("Twin");
        first.Dispose();
        first.Dispose();
        using NodeManagerSession third = await new FakeServer(FakeServer.NotFound).ConnectAsync("twin");

        Assert.Equal(("twin", "Twin-2", "twin"), (first.Cluster, second.Cluster, third.Cluster));
        Assert.True(first.Id < second.Id && second.Id < third.Id);
    }

    [Fact]
    public async Task A_refused_connection_creates_no_session_and_reserves_no_name()
    {
        var owned = new Owned();
        using var refusing = new Refusing();
        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SessionFactory.ConnectAsync(
                "refused",
                new("http://test.invalid/"),
                refusing,
                owned,
                NullLogger.Instance,
                TimeProvider.System,
                default
            )
        );
        using NodeManagerSession next = await new FakeServer(FakeServer.NotFound).ConnectAsync("refused");

        Assert.Equal((ErrorIds.Unauthorized, ErrorKind.AuthenticationError), (error.ErrorId, error.Kind));
        Assert.Contains("'refused'", error.Message, StringComparison.Ordinal);
        Assert.True(owned.IsDisposed);
        Assert.Equal("refused", next.Cluster);
    }

    [Fact]
    public async Task Disposing_a_session_cancels_its_operations_and_disposes_its_features()
    {
        using var asked = new SemaphoreSlim(0);
        var server = new FakeServer(
            async (_, token) =>
            {
                asked.Release();
                await Task.Delay(Timeout.Infinite, token);
                throw new InvalidOperationException();
            }
        );
        var owned = new Owned();
        NodeManagerSession session = await SessionFactory.ConnectAsync(
            "ends",
            new("http://test.invalid/"),
            server,
            owned,
            NullLogger.Instance,
            TimeProvider.System,
            default
        );
        Task<ClusterNode> edit = NodeEditor.SetUnschedulableAsync(session, "n", true, false, default);
        Assert.True(await asked.WaitAsync(TimeSpan.FromMinutes(5)));

        session.Dispose();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => edit.WaitAsync(TimeSpan.FromMinutes(5)));
        Assert.Equal((ErrorIds.SessionClosed, ErrorKind.OperationStopped), (error.ErrorId, error.Kind));
        Assert.True(owned.IsDisposed);
        Assert.Equal("Disconnected", session.State);
    }

    [Fact]
    public async Task A_disconnected_session_reports_its_state()
    {
        NodeManagerSession session = await new FakeServer(FakeServer.NotFound).ConnectAsync("gone");
        session.Dispose();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.SetUnschedulableAsync(session, "n", true, false, default)
        );

        Assert.Equal(ErrorIds.SessionClosed, error.ErrorId);
        Assert.Contains("'gone'", error.Message, StringComparison.Ordinal);
    }

    private sealed class Owned : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Refusing : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(FakeServer.Refusal(HttpStatusCode.Unauthorized, "Unauthorized", "Unauthorized"));
    }
}
