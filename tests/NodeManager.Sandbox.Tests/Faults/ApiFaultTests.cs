using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Tests.Http;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Faults;

public sealed class ApiFaultTests : IDisposable
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private readonly ManualTimeProvider _time = new();
    private readonly TestCluster _api;

    public ApiFaultTests() => _api = new(time: _time);

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Throttled_requests_get_a_Retry_After()
    {
        _api.Cluster.SetFault(
            new()
            {
                Kind = "apithrottled",
                RetryAfter = TimeSpan.FromSeconds(7),
                Resources = ["configmaps"],
            }
        );

        (HttpStatusCode code, JsonObject status) = await _api.SendAsync("GET", ConfigMaps);

        Assert.Equal((HttpStatusCode.TooManyRequests, "TooManyRequests"), (code, (string?)status["reason"]));
        Assert.Equal(7, (int?)status["details"]!["retryAfterSeconds"]);
        await _api.GetAsync("/api/v1/namespaces/default/secrets");
        Assert.Equal(1, _api.Cluster.GetFaults()[0].Hits);
    }

    [Fact]
    public async Task Errors_affect_only_their_verbs_and_namespace()
    {
        _api.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.ApiError,
                Verbs = ["create"],
                Namespace = "default",
            }
        );

        (HttpStatusCode code, _) = await _api.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"}}""");

        Assert.Equal(HttpStatusCode.InternalServerError, code);
        await _api.GetAsync(ConfigMaps);
        await _api.CreateAsync("/api/v1/namespaces/kube-system/configmaps", """{"metadata":{"name":"a"}}""");
    }

    [Fact]
    public async Task Conflicts_are_injected_into_unchanged_objects()
    {
        await _api.CreateAsync(ConfigMaps, """{"metadata":{"name":"a"}}""");
        _api.Cluster.SetFault(new() { Kind = SandboxFaultKind.ApiConflict });

        (HttpStatusCode code, JsonObject status) = await _api.SendAsync(
            "PATCH",
            ConfigMaps + "/a",
            """{"data":{"x":"y"}}""",
            "application/merge-patch+json"
        );

        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (code, (string?)status["reason"]));
        Assert.Contains("the object has been modified", (string?)status["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_responses_take_cluster_time()
    {
        _api.Cluster.SetFault(new() { Kind = SandboxFaultKind.ApiSlow, Delay = TimeSpan.FromMinutes(1) });

        Task<JsonObject> answer = _api.GetAsync(ConfigMaps);
        bool isEarly = answer.IsCompleted;
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(20), answer);

        Assert.False(isEarly);
    }

    // One timer of .NET cannot hold 60 days.
    [Fact]
    public void A_fault_can_last_longer_than_the_maximum_timer()
    {
        using TestCluster api = new();
        api.Cluster.SetFault(new() { Kind = SandboxFaultKind.ApiError, For = TimeSpan.FromDays(60) });
        api.Cluster.SetFault(new() { Kind = SandboxFaultKind.WatchCut, At = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(60) });

        Assert.Equal([SandboxFaultState.Active, SandboxFaultState.Waiting], api.Cluster.GetFaults().Select(f => f.State));
    }

    [Fact]
    public async Task Pages_expire_and_metrics_are_unavailable()
    {
        foreach (string name in (string[])["a", "b"])
            await _api.CreateAsync(ConfigMaps, $$"""{"metadata":{"name":"{{name}}"} }""");
        _api.Cluster.SetFault(new() { Kind = SandboxFaultKind.ContinueExpired });
        _api.Cluster.SetFault(new() { Kind = SandboxFaultKind.MetricsUnavailable });

        JsonObject first = await _api.GetAsync(ConfigMaps + "?limit=1");
        (HttpStatusCode next, _) = await _api.SendAsync("GET", $"{ConfigMaps}?limit=1&continue={first["metadata"]!["continue"]}");
        (HttpStatusCode metrics, _) = await _api.SendAsync("GET", "/apis/metrics.k8s.io/v1beta1/nodes");

        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.ServiceUnavailable), (next, metrics));
    }

    [Fact]
    public async Task Watches_are_interrupted_immediately_and_after_each_period()
    {
        _api.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.WatchCut,
                Resources = ["configmaps"],
                Period = TimeSpan.FromMinutes(1),
            }
        );
        using WatchReader other = await _api.WatchAsync("/api/v1/namespaces/default/secrets?watch=true");

        for (int i = 0; i < 2; i++)
        {
            using WatchReader watch = await _api.WatchAsync(ConfigMaps + "?watch=true");
            Task<JsonObject?> next = watch.NextAsync();
            await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(30), next.ContinueWith(static _ => { }, TaskScheduler.Default));
            await Assert.ThrowsAnyAsync<IOException>(() => next);
        }

        Assert.True(_api.Cluster.GetFaults()[0].Hits >= 2);
        await _api.CreateAsync("/api/v1/namespaces/default/secrets", """{"metadata":{"name":"s"}}""");
        Assert.Equal("ADDED s", await other.NextTextAsync());
    }

    [Fact]
    public async Task A_rate_selects_the_same_requests_for_the_same_seed()
    {
        async Task<string> RunAsync(int seed)
        {
            _api.Cluster.SetFault(
                new()
                {
                    Kind = SandboxFaultKind.ApiError,
                    Name = "some",
                    Percent = 30,
                    Seed = seed,
                }
            );
            string codes = "";
            for (int i = 0; i < 40; i++)
                codes += (await _api.SendAsync("GET", ConfigMaps)).Code == HttpStatusCode.OK ? '.' : 'x';
            Assert.Equal(codes.Count(code => code == 'x'), _api.Cluster.GetFaults()[0].Hits);
            return codes;
        }

        string one = await RunAsync(1),
            again = await RunAsync(1),
            two = await RunAsync(2);

        Assert.Equal(one, again);
        Assert.NotEqual(one, two);
        Assert.InRange(one.Count(code => code == 'x'), 4, 24);
        Assert.Single(_api.Cluster.GetFaults());
    }

    [Fact]
    public async Task Faults_apply_to_HTTPS_requests()
    {
        using var served = new ServedCluster();
        served.Cluster.SetFault(new() { Kind = SandboxFaultKind.ApiThrottled, RetryAfter = TimeSpan.FromSeconds(3) });
        using HttpResponseMessage answer = await served.Http.GetAsync(new Uri(ConfigMaps, UriKind.Relative));
        served.Cluster.ClearFault("ApiThrottled-1");
        using HttpResponseMessage after = await served.Http.GetAsync(new Uri(ConfigMaps, UriKind.Relative));

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(3)), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("Meteor", "is not a kind of fault")]
    [InlineData("ApiError", "takes no nodes", "node")]
    [InlineData("NodeDown", "takes no pod selector", "selector")]
    [InlineData("NodeDown", "takes no period", "period")]
    [InlineData("PodUnready", "is not a label selector", "bad selector")]
    [InlineData("ApiError", "is not a verb", "verb")]
    [InlineData("ApiError", "is not a percentage", "percent")]
    [InlineData("NodeDown", "is not a valid duration", "for")]
    public void Invalid_faults_are_refused(string kind, string message, string what = "")
    {
        var request = new FaultRequest { Kind = kind };
        request = what switch
        {
            "node" => request with { Nodes = ["a"] },
            "selector" => request with { PodSelector = "a=b" },
            "bad selector" => request with { PodSelector = "a=b=c" },
            "period" => request with { Period = TimeSpan.FromSeconds(1) },
            "verb" => request with { Verbs = ["look"] },
            "percent" => request with { Percent = 0 },
            "for" => request with { For = TimeSpan.Zero },
            _ => request,
        };

        NodeManagerException refusal = Assert.Throws<NodeManagerException>(() => _api.Cluster.SetFault(request));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_api.Cluster.GetFaults());
    }
}
