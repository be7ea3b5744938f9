using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using NodeManager.Testing;
using static NodeManager.Kubernetes.Tests.ScriptedApi;

namespace NodeManager.Kubernetes.Tests.Watching;

public sealed class WatchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly ScriptedApi _api = new();
    private readonly FaultInjectionHandler _faults = new();

    [Fact]
    public async Task A_watch_reports_existing_objects_then_synced_then_changes()
    {
        _api.List(10, Node("a", 1), Node("b", 2))
            .Watch(Event("MODIFIED", Node("a", 11)), Event("ADDED", Node("c", 12)), Event("DELETED", Node("b", 13)));

        Assert.Equal(["Added a 1", "Added b 2", "Synced", "Modified a 11", "Added c 12", "Deleted b 13"], await WatchAsync(6));
        Assert.EndsWith("?watch=true&allowWatchBookmarks=true&resourceVersion=10", _api.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_resumes_at_its_resourceVersion_after_a_close()
    {
        _api.List(10, Node("a", 1)).Watch(Event("MODIFIED", Node("a", 11)), Bookmark(20)).Watch(Event("MODIFIED", Node("a", 21)));

        Assert.Equal(["Added a 1", "Synced", "Modified a 11", "Modified a 21"], await WatchAsync(4));
        Assert.EndsWith("resourceVersion=20", _api.Requests[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_relists_after_an_expired_event_and_reports_the_difference()
    {
        _api.List(10, Node("a", 1), Node("b", 2), Node("c", 3))
            .Watch(Event("MODIFIED", Node("a", 11)), Event("ERROR", Status(HttpStatusCode.Gone)))
            .List(30, Node("a", 11), Node("c", 25), Node("d", 26))
            .Watch(Event("MODIFIED", Node("d", 31)));

        Assert.Equal(
            [
                "Added a 1",
                "Added b 2",
                "Added c 3",
                "Synced",
                "Modified a 11",
                "Modified c 25",
                "Added d 26",
                "Deleted b 2",
                "Synced",
                "Modified d 31",
            ],
            await WatchAsync(10)
        );
        Assert.EndsWith("resourceVersion=30", _api.Requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_relists_after_a_410_and_reports_the_difference()
    {
        _api.List(10, Node("a", 1)).Refuse(HttpStatusCode.Gone).List(30).Watch(Event("ADDED", Node("b", 31)));

        Assert.Equal(["Added a 1", "Synced", "Deleted a 1", "Synced", "Added b 31"], await WatchAsync(5));
    }

    [Fact]
    public async Task A_relist_is_not_served_from_an_old_cache()
    {
        _api.List(10, Node("a", 1)).Refuse(HttpStatusCode.Gone).List(30, Node("a", 1), Node("b", 29));

        await WatchAsync(4, new() { ResourceVersion = "0" });

        Assert.Contains("resourceVersion=0", _api.Requests[0], StringComparison.Ordinal);
        Assert.DoesNotContain("resourceVersion", _api.Requests[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_created_again_under_its_name_is_deleted_and_added()
    {
        _api.List(10, Node("a", 1)).Refuse(HttpStatusCode.Gone).List(30, Node("a", 29, "another"));

        Assert.Equal(["Added a 1", "Synced", "Deleted a 1", "Added a 29", "Synced"], await WatchAsync(5));
    }

    [Fact]
    public async Task A_list_that_expires_between_pages_restarts_without_duplicates()
    {
        _api.Page(10, "t", Node("a", 1)).Refuse(HttpStatusCode.Gone, "newer").List(12, Node("a", 1), Node("b", 11));

        Assert.Equal(["Added a 1", "Added b 11", "Synced"], await WatchAsync(3));
    }

    [Fact]
    public async Task A_connection_reset_loses_and_repeats_no_event()
    {
        _api.List(10, Node("a", 1))
            .Watch(Event("MODIFIED", Node("a", 11)), Event("MODIFIED", Node("a", 12)))
            .Watch(Event("MODIFIED", Node("a", 12)), Event("MODIFIED", Node("a", 13)));
        _faults.Inject(Fault.ResetAfterLines(1), when: FaultInjectionHandler.IsWatch);

        Assert.Equal(["Added a 1", "Synced", "Modified a 11", "Modified a 12", "Modified a 13"], await WatchAsync(5));
        Assert.EndsWith("resourceVersion=11", _api.Requests[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeated_events_are_reported_once()
    {
        _api.List(10, Node("a", 1), Node("b", 2))
            .Watch(Event("MODIFIED", Node("a", 11)), Event("DELETED", Node("b", 12)), Event("ADDED", Node("c", 13)));
        _faults.Inject(Fault.RepeatLines(), when: FaultInjectionHandler.IsWatch);

        Assert.Equal(["Added a 1", "Added b 2", "Synced", "Modified a 11", "Deleted b 12", "Added c 13"], await WatchAsync(6));
    }

    [Theory]
    [InlineData("""{"type":"MODIFIED","object":{"metadata":{"name":"a" """)]
    [InlineData("""{"type":"MODIFIED"}""" + "\n")]
    [InlineData("""{"type":"PUZZLED","object":{}}""" + "\n")]
    [InlineData("<html>\n")]
    [InlineData("")]
    public async Task A_watch_reconnects_after_an_unreadable_response(string text)
    {
        _api.List(10, Node("a", 1)).WatchRaw(text).Watch(Event("MODIFIED", Node("a", 11)));

        Assert.Equal(["Added a 1", "Synced", "Modified a 11"], await WatchAsync(3));
        Assert.EndsWith("resourceVersion=10", _api.Requests[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_survives_dropped_connections_and_server_errors()
    {
        _api.List(10, Node("a", 1)).Watch(Event("MODIFIED", Node("a", 11)));
        _faults
            .Inject(Fault.Drop(), when: FaultInjectionHandler.IsWatch)
            .Inject(Fault.Refuse(), times: 8, when: FaultInjectionHandler.IsWatch)
            .Inject(Fault.Answer(HttpStatusCode.InternalServerError), when: FaultInjectionHandler.IsWatch)
            .Inject(Fault.Answer(HttpStatusCode.TooManyRequests, retryAfter: 3), when: FaultInjectionHandler.IsWatch);

        Assert.Equal(["Added a 1", "Synced", "Modified a 11"], await WatchAsync(3));
        Assert.Equal(0, _faults.Pending);
    }

    [Fact]
    public async Task A_relist_survives_a_long_outage()
    {
        _api.List(10, Node("a", 1)).Refuse(HttpStatusCode.Gone).List(30, Node("a", 29));
        _faults.Inject(Fault.Refuse(), times: 20, when: request => _api.Requests.Count >= 2 && !FaultInjectionHandler.IsWatch(request));

        Assert.Equal(["Added a 1", "Synced", "Modified a 29", "Synced"], await WatchAsync(4));
        Assert.Equal(0, _faults.Pending);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_permanent_refusal_ends_the_watch(HttpStatusCode code)
    {
        _api.List(10).Refuse(code);

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(() => WatchAsync(9));

        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task An_open_watch_outlasts_a_server_that_has_not_read_its_roles()
    {
        _api.List(10, Node("a", 1))
            .Watch(Event("MODIFIED", Node("a", 11)))
            .Refuse(HttpStatusCode.Forbidden)
            .Watch(Event("MODIFIED", Node("a", 12)));

        Assert.Equal(["Added a 1", "Synced", "Modified a 11", "Modified a 12"], await WatchAsync(4));
    }

    [Fact]
    public async Task An_open_watch_outlasts_a_credential_plugin_that_fails()
    {
        _api.List(10, Node("a", 1))
            .Watch(Event("MODIFIED", Node("a", 11)), Event("ERROR", Status(HttpStatusCode.Gone)))
            .List(20, Node("a", 20))
            .Watch(Event("MODIFIED", Node("a", 21)));
        FailPlugin(2);
        FailPlugin(3);

        Assert.Equal(["Added a 1", "Synced", "Modified a 11", "Modified a 20", "Synced", "Modified a 21"], await WatchAsync(6));
        Assert.Equal(0, _faults.Pending);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_credential_plugin_that_fails_before_a_watch_is_open_ends_it(int requests)
    {
        _api.List(10, Node("a", 1));
        FailPlugin(requests);

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => WatchAsync(3));

        Assert.Equal(ErrorIds.CredentialPluginFailed, error.ErrorId);
    }

    [Fact]
    public async Task A_refused_watch_lists_and_opens_as_soon_as_it_is_permitted()
    {
        _api.List(10, Node("a", 1))
            .Refuse(HttpStatusCode.Forbidden)
            .List(11, Node("a", 11))
            .Refuse(HttpStatusCode.Forbidden)
            .List(12, Node("a", 12))
            .Watch(Event("MODIFIED", Node("a", 13)));

        Assert.Equal(
            ["Added a 1", "Synced", "Modified a 11", "Synced", "Modified a 12", "Synced", "Modified a 13"],
            await WatchAsync(7, new() { RelistInterval = TimeSpan.FromMilliseconds(5) })
        );
    }

    [Fact]
    public async Task A_cancelled_watch_ends_immediately()
    {
        using var stop = new CancellationTokenSource();
        using KubernetesClient client = Client();
        _api.List(10);

        await Assert
            .ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (WatchEvent<Node> change in client.WatchAsync(Resources.Nodes, new(), stop.Token).WithCancellation(default))
                    await stop.CancelAsync();
            })
            .WaitAsync(Limit);
    }

    // The request after this number of them.
    private void FailPlugin(int requests) =>
        _faults.Inject(
            Fault.After(static () =>
                throw new NodeManagerException(ErrorIds.CredentialPluginFailed, ErrorKind.AuthenticationError, "The network is down.")
            ),
            1,
            _ => _api.Requests.Count == requests
        );

    private KubernetesClient Client() =>
        new(
            new("https://api.example"),
            _api,
            new()
            {
                Time = new ManualTimeProvider { IsEager = true },
                WrapTransport = inner =>
                {
                    _faults.InnerHandler = inner;
                    return _faults;
                },
            }
        );

    /// <summary>The first so many events, as texts.</summary>
    private async Task<List<string>> WatchAsync(int count, ListOptions? options = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        using KubernetesClient client = Client();
        List<string> told = [];
        try
        {
            await foreach (WatchEvent<Node> change in client.WatchAsync(Resources.Nodes, options ?? new(), limit.Token))
            {
                told.Add(
                    change.Type == WatchEventType.Synced
                        ? "Synced"
                        : $"{change.Type} {change.Object.Metadata.Name} {change.Object.Metadata.ResourceVersion}"
                );
                if (told.Count == count)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            told.Add("nothing more came");
        }

        return told;
    }
}
