using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Transport;

public sealed class RetryTests
{
    private readonly ManualTimeProvider _time = new() { IsEager = true };
    private readonly FaultInjectionHandler _faults = new();
    private readonly KubernetesClient _client;
    private readonly DateTimeOffset _start;

    public RetryTests()
    {
        _start = _time.GetUtcNow();
        _client = new(
            new("https://api.example"),
            new StubHandler(Answer),
            new()
            {
                Time = _time,
                WrapTransport = inner =>
                {
                    _faults.InnerHandler = inner;
                    return _faults;
                },
            }
        );
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task A_read_is_repeated_until_the_server_has_recovered(HttpStatusCode code)
    {
        _faults.Inject(Fault.Answer(code), times: 3);

        Node node = await GetAsync();

        Assert.Equal("n1", node.Metadata.Name);
        Assert.Equal(4, _faults.Requests.Count);
    }

    [Fact]
    public async Task A_read_fails_after_five_attempts_with_the_status_of_the_server()
    {
        _faults.Inject(Fault.Answer(HttpStatusCode.InternalServerError, "InternalError"), times: 9);

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(GetAsync);

        Assert.Equal(5, _faults.Requests.Count);
        Assert.Equal(
            (HttpStatusCode.InternalServerError, "InternalError", "GET", "/api/v1/nodes/n1"),
            (error.Code, error.Reason, error.Method, error.Path)
        );
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.Gone)]
    public async Task A_permanent_refusal_is_not_repeated(HttpStatusCode code)
    {
        _faults.Inject(Fault.Answer(code));

        Assert.Equal(code, (await Assert.ThrowsAsync<KubernetesException>(GetAsync)).Code);
        Assert.Single(_faults.Requests);
    }

    [Fact]
    public async Task Retry_After_is_honored()
    {
        _faults.Inject(Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", retryAfter: 7));

        await GetAsync();

        Assert.True(_time.GetUtcNow() - _start >= TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_Retry_After_of_minutes_is_not_waited_for()
    {
        _faults.Inject(Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", retryAfter: 600));

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(GetAsync);

        Assert.Equal(TimeSpan.FromMinutes(10), error.RetryAfter);
        Assert.Single(_faults.Requests);
    }

    [Fact]
    public async Task The_retry_delay_is_read_from_the_body()
    {
        _faults.Inject(
            Fault.AnswerJson(
                HttpStatusCode.InternalServerError,
                """{"kind":"Status","reason":"ServerTimeout","code":500,"details":{"retryAfterSeconds":9}}"""
            )
        );

        await GetAsync();

        Assert.True(_time.GetUtcNow() - _start >= TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task A_read_survives_a_reset_a_truncated_response_and_a_refused_connection()
    {
        _faults.Inject(Fault.Drop()).Inject(Fault.Truncate(20)).Inject(Fault.Reset(20)).Inject(Fault.Refuse());

        Assert.Equal("n1", (await GetAsync()).Metadata.Name);
        Assert.Equal(5, _faults.Requests.Count);
    }

    [Fact]
    public async Task Requests_that_are_not_safe_to_repeat_are_sent_once()
    {
        _faults.Inject(Fault.Answer(HttpStatusCode.ServiceUnavailable));

        await Assert.ThrowsAsync<KubernetesException>(() =>
            _client.SendAsync(
                HttpMethod.Get,
                Resources.NodeMetrics.Path(),
                null,
                Resources.NodeMetrics.List,
                new() { Retry = false },
                default
            )
        );

        Assert.Single(_faults.Requests);
    }

    [Fact]
    public async Task A_patch_is_repeated_by_default()
    {
        _faults.Inject(Fault.DropAnswer()).Inject(Fault.Answer(HttpStatusCode.ServiceUnavailable));
        await PatchAsync(RequestOptions.Default);
        Assert.Equal(3, _faults.Requests.Count);

        _faults.Inject(Fault.Answer(HttpStatusCode.ServiceUnavailable));
        await Assert.ThrowsAsync<KubernetesException>(() => PatchAsync(new() { Retry = false }));
        Assert.Equal(4, _faults.Requests.Count);
    }

    [Fact]
    public async Task A_creation_is_repeated_only_when_it_was_not_processed()
    {
        _faults.Inject(Fault.Refuse()).Inject(Fault.Answer(HttpStatusCode.TooManyRequests));
        await CreateAsync();
        Assert.Equal(3, _faults.Requests.Count);

        _faults.Inject(Fault.DropAnswer());
        NodeManagerException lost = await Assert.ThrowsAsync<NodeManagerException>(CreateAsync);
        Assert.Equal((ErrorIds.ServerTimeout, ErrorKind.OperationTimeout), (lost.ErrorId, lost.Kind));
        Assert.StartsWith("The API server at 'https://api.example' did not answer POST /api/v1/", lost.Message, StringComparison.Ordinal);

        _faults.Inject(Fault.Answer(HttpStatusCode.InternalServerError));
        await Assert.ThrowsAsync<KubernetesException>(CreateAsync);
        Assert.Equal(5, _faults.Requests.Count);
    }

    [Fact]
    public async Task An_eviction_is_sent_once_and_keeps_the_message_of_the_server()
    {
        _faults.Inject(
            Fault.AnswerJson(
                HttpStatusCode.TooManyRequests,
                """{"kind":"Status","reason":"TooManyRequests","code":429,"details":{"causes":[{"reason":"DisruptionBudget","message":"web needs 3 healthy pods"}]}}""",
                retryAfter: 10
            ),
            when: request => request.Method == HttpMethod.Post
        );

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(() => _client.EvictAsync("p", "ns", new(), default));

        Assert.True(error.HasCause("DisruptionBudget"));
        Assert.Equal(TimeSpan.FromSeconds(10), error.RetryAfter);
        Assert.Single(_faults.Requests, request => request == "POST /api/v1/namespaces/ns/pods/p/eviction");
    }

    [Fact]
    public async Task An_eviction_is_repeated_when_no_connection_was_made()
    {
        _faults.Inject(Fault.Refuse(), when: request => request.Method == HttpMethod.Post);

        await _client.EvictAsync("p", "ns", new(), default);

        Assert.Equal(2, _faults.Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_unreachable_server_is_reported_with_its_address_and_the_time_spent()
    {
        _faults.Inject(Fault.Refuse(), times: 9);

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(GetAsync);

        Assert.Equal((ErrorIds.ServerUnreachable, ErrorKind.ConnectionError), (error.ErrorId, error.Kind));
        string reason = Regex.Escape(new SocketException((int)SocketError.ConnectionRefused).Message.TrimEnd('.'));
        Assert.Matches(
            @$"^The API server at 'https://api.example' cannot be reached \(tried 5 times in \d\.\d s\): {reason}\.$",
            error.Message
        );
    }

    [Fact]
    public async Task A_connection_timeout_is_not_repeated()
    {
        using var client = new KubernetesClient(
            new("https://api.example"),
            new StubHandler((_, _) => throw new OperationCanceledException("slow", new TimeoutException())),
            new() { Time = _time }
        );

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => client.GetVersionAsync(default));

        Assert.Equal(ErrorIds.ServerUnreachable, error.ErrorId);
        Assert.Contains("(tried once in 0.0 s): no connection was made within 10 s.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_response_is_waited_for()
    {
        _faults.Inject(Fault.Delay(TimeSpan.FromMinutes(5), _time));

        Assert.Equal("n1", (await GetAsync()).Metadata.Name);
        Assert.Single(_faults.Requests);
    }

    [Fact]
    public async Task A_response_that_is_not_from_an_API_server_is_reported()
    {
        _faults.Inject(Fault.AnswerJson(HttpStatusCode.OK, "<html>log in here</html>"), times: 9);

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(GetAsync);

        Assert.Equal(ErrorIds.UnexpectedAnswer, error.ErrorId);
        Assert.Contains("GET /api/v1/nodes/n1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_without_a_Status_is_classified_by_its_code()
    {
        _faults.Inject(Fault.AnswerJson(HttpStatusCode.Forbidden, "no json at all"));

        KubernetesException error = await Assert.ThrowsAsync<KubernetesException>(GetAsync);

        Assert.Null(error.Status);
        Assert.Contains("403", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_immediately()
    {
        using var stop = new CancellationTokenSource();
        var time = new ManualTimeProvider();
        using var client = new KubernetesClient(
            new("https://api.example"),
            new StubHandler(_ => StubHandler.Json("{}", HttpStatusCode.InternalServerError)),
            new() { Time = time }
        );
        Task<VersionInfo> asking = client.GetVersionAsync(stop.Token);
        Assert.True(SpinWait.SpinUntil(() => time.Waiting > 0, TimeSpan.FromMinutes(5)));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request) =>
        StubHandler.Json(
            request.RequestUri!.AbsolutePath switch
            {
                "/version" => """{"major":"1","minor":"34","gitVersion":"v1.34.0"}""",
                "/api/v1" =>
                    """{"resources":[{"name":"pods/eviction","group":"policy","version":"v1","kind":"Eviction","verbs":["create"]}]}""",
                "/apis/policy" => """{"name":"policy","versions":[{"groupVersion":"policy/v1","version":"v1"}]}""",
                _ => """{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1","uid":"u","resourceVersion":"1"},"spec":{},"status":{}}""",
            }
        );

    private Task<Node> GetAsync() => _client.GetAsync(Resources.Nodes, "n1", null, default);

    private Task<Node> PatchAsync(RequestOptions options) =>
        _client.PatchAsync(
            Resources.Nodes,
            "n1",
            null,
            Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = true } }),
            null,
            options,
            default
        );

    private Task<Node> CreateAsync() =>
        _client.CreateAsync(Resources.Nodes, new() { Metadata = new() { Name = "n1" } }, null, RequestOptions.Default, default);
}
