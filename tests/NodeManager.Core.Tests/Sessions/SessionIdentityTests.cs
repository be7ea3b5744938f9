using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Sessions;

/// <summary>What sessions know of the identity of their clusters, and what their names promise.</summary>
public sealed class SessionIdentityTests
{
    [Fact]
    public async Task The_identity_is_read_concurrently_with_the_version()
    {
        // Each answer waits for the other request.
        TaskCompletionSource version = new(),
            identity = new();
        using Server server = new(async request =>
        {
            bool isVersion = request.RequestUri!.AbsolutePath == "/version";
            (isVersion ? version : identity).TrySetResult();
            await (isVersion ? identity : version).Task;
            return isVersion ? Version() : Namespace("concurrent-uid");
        });

        using NodeManagerSession session = await ConnectAsync("concurrent", server).WaitAsync(TimeSpan.FromMinutes(5));

        Assert.Equal("concurrent-uid", session.ClusterUid);
        Assert.Equal("concurrent-uid", session.Configuration.ClusterUid);
        Assert.Equal("http://test.invalid/", session.Configuration.ClusterServer);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.BadRequest)]
    public async Task A_refused_identity_does_not_prevent_connecting(HttpStatusCode code)
    {
        using Server server = new(request =>
            Task.FromResult(request.RequestUri!.AbsolutePath == "/version" ? Version() : FakeServer.Refusal(code, "No", "no"))
        );

        using NodeManagerSession session = await ConnectAsync("refused-identity", server);

        Assert.Equal(("", "Connected"), (session.ClusterUid, session.State));
    }

    [Fact]
    public async Task A_late_identity_does_not_delay_connecting_and_completes_the_session()
    {
        TaskCompletionSource answer = new();
        using Server server = new(async request =>
        {
            if (request.RequestUri!.AbsolutePath == "/version")
                return Version();
            await answer.Task;
            return Namespace("late-uid");
        });

        using NodeManagerSession session = await ConnectAsync("late-identity", server).WaitAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("", session.ClusterUid);
        answer.SetResult();

        Assert.True(SpinWait.SpinUntil(() => session.ClusterUid == "late-uid", TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task A_name_returns_only_to_the_cluster_that_had_it()
    {
        string[] names =
        [
            await NameAsync("returning", "A"),
            await NameAsync("Returning", "B"),
            await NameAsync("returning", "A"),
            await NameAsync("returning", "B"),
            await NameAsync("returning", "C"),
        ];

        Assert.Equal(["returning", "Returning-2", "returning", "returning-2", "returning-3"], names);
    }

    [Fact]
    public async Task Without_an_identity_a_name_returns_to_the_same_address_only()
    {
        using NodeManagerSession elsewhere = await SessionFactory.ConnectAsync(
            "unknown",
            new("http://other.invalid/"),
            new FakeServer(FakeServer.NotFound) { ClusterUid = null },
            null,
            NullLogger.Instance,
            TimeProvider.System,
            default
        );
        elsewhere.Dispose();
        string first = await NameAsync("unknown", null),
            second = await NameAsync("unknown", null),
            known = await NameAsync("unknown", "A"),
            other = await NameAsync("unknown", "B");

        Assert.Equal(("unknown-2", "unknown-2", "unknown-2", "unknown-3"), (first, second, known, other));
    }

    [Fact]
    public async Task Another_user_of_the_session_has_the_same_cluster()
    {
        using NodeManagerSession session = await new FakeServer(FakeServer.NotFound) { ClusterUid = "shared" }.ConnectAsync(
            "shared-identity"
        );
        using NodeManagerSession other = await SessionFactory.ConnectAsAsync(session, "jane", [], NullLogger.Instance, default);

        Assert.Equal("shared", other.ClusterUid);
        Assert.NotEqual(session.Cluster, other.Cluster);
    }

    private static async Task<string> NameAsync(string cluster, string? uid)
    {
        using NodeManagerSession session = await new FakeServer(FakeServer.NotFound) { ClusterUid = uid }.ConnectAsync(cluster);
        return session.Cluster;
    }

    private static Task<NodeManagerSession> ConnectAsync(string cluster, HttpMessageHandler server) =>
        SessionFactory.ConnectAsync(cluster, new("http://test.invalid/"), server, null, NullLogger.Instance, TimeProvider.System, default);

    private static HttpResponseMessage Version() => FakeServer.Text("""{"major":"1","minor":"34","gitVersion":"v1.34.2"}""");

    private static HttpResponseMessage Namespace(string uid) =>
        FakeServer.Text($$$"""{"metadata":{"name":"kube-system","uid":"{{{uid}}}"}}""");

    private sealed class Server(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(request).WaitAsync(cancellationToken);
    }
}
