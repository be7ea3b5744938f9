using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Controllers.Leasing;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Testing;

namespace NodeManager.Controllers.Tests.Leasing;

/// <summary>One process of many that works while it holds a Lease of 10 s.</summary>
public sealed class LeaderElectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    private readonly FakeApi _api = new();
    private readonly FaultInjectionHandler _faults = new();
    private readonly ManualTimeProvider _time = new();
    private readonly KubernetesClient _client;
    private readonly ObjectCaches _caches;
    private readonly CancellationTokenSource _stop = new();
    private readonly Leader _me = new();
    private Task _running = Task.CompletedTask;

    public LeaderElectionTests()
    {
        _client = _api.Connect(_time, _faults);
        _caches = FakeApi.Caches(_client);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _caches.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task A_waiting_process_watches_the_Lease_and_sends_no_further_request()
    {
        await WaitForOtherAsync();
        int asked = _api.Requests.Count;

        for (int i = 1; i <= 20; i++)
            await RenewOtherAsync(i);

        Assert.Equal(asked, _api.Requests.Count);
        Assert.Equal(["other"], _me.Waited);
        Assert.Equal(0, _me.Began);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_released_or_deleted_Lease_is_acquired_immediately(bool isReleased)
    {
        await WaitForOtherAsync();

        if (isReleased)
            _api.Leases.Change("work", static lease => lease["spec"]!["holderIdentity"] = "");
        else
            _api.Leases.Remove("work");

        await Eventually.HoldsAsync(() => _me.Began == 1);
        Assert.Equal("me", Holder);
    }

    [Fact]
    public async Task A_leader_that_stops_renewing_is_replaced_after_the_lease_duration()
    {
        await WaitForOtherAsync();
        _time.Advance(TimeSpan.FromSeconds(9));
        await RenewOtherAsync(1);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("other", Holder);

        _time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => _me.Began == 1);
        Assert.Equal("me", Holder);
    }

    [Fact]
    public async Task A_holder_whose_renewals_the_watch_misses_is_not_replaced()
    {
        await WaitForOtherAsync();
        // The watch is silent; the Lease is renewed nevertheless, which the server tells whoever wants to take it.
        _faults.Inject(Fault.Answer(HttpStatusCode.Conflict, "Conflict"), 1, static request => request.Method == HttpMethod.Patch);
        _time.Advance(Duration);
        await Eventually.HoldsAsync(() =>
            _api.Requests.Count(static one =>
                one.StartsWith("GET ", StringComparison.Ordinal) && !one.Contains('?', StringComparison.Ordinal)
            ) == 2
        );

        Assert.Equal("other", Holder);
        Assert.Equal(0, _me.Began);
    }

    [Fact]
    public async Task Completed_work_ends_the_election_and_releases_the_Lease()
    {
        Start();
        await Eventually.HoldsAsync(() => _me.Began == 1);

        _me.End(true);

        await _running.WaitAsync(Eventually.Limit);
        Assert.Equal("", Holder);
        Assert.Equal(1, _me.Led);
    }

    [Fact]
    public async Task Failed_work_restarts_after_a_pause_under_the_same_Lease()
    {
        Start();
        await Eventually.HoldsAsync(() => _me.Began == 1);

        _me.Fail(new HttpRequestException("cut"));
        await Eventually.HoldsAsync(() => _me.Failures.Count == 1);
        while (_me.Began < 2)
            await StepAsync();

        Assert.Equal((1, true), (_me.Led, _me.Failures.Single().IsLeading));
        Assert.Equal("me", Holder);
    }

    [Fact]
    public async Task A_failure_that_is_not_retried_ends_the_election()
    {
        _me.Retries = false;
        Start();
        await Eventually.HoldsAsync(() => _me.Began == 1);

        _me.Fail(new HttpRequestException("cut"));

        await Assert.ThrowsAsync<HttpRequestException>(() => _running.WaitAsync(Eventually.Limit));
        Assert.Equal("", Holder);
    }

    [Fact]
    public async Task A_Lease_that_cannot_be_created_is_retried_before_the_work_starts()
    {
        _faults.Inject(Fault.Answer(HttpStatusCode.Forbidden, "Forbidden"), 3, static request => request.Method == HttpMethod.Post);
        Start();
        while (_me.Began == 0)
            await StepAsync();

        Assert.Equal([false, false, false], _me.Failures.Select(static one => one.IsLeading));
        Assert.Equal("me", Holder);
    }

    [Fact]
    public async Task A_deposed_leader_stops_its_work_and_waits()
    {
        Start();
        await Eventually.HoldsAsync(() => _me.Began == 1);

        _api.Leases.Change("work", static lease => lease["spec"]!["holderIdentity"] = "thief");
        while (_me.Waited.IsEmpty)
            await StepAsync();

        Assert.Equal(("thief", "thief", 1), (_me.DeposedBy, _me.Waited.Single(), _me.Stopped));
        Assert.Equal("thief", Holder);
    }

    [Fact]
    public async Task Without_answers_the_work_stops_and_restarts_after_a_renewal()
    {
        Start();
        await Eventually.HoldsAsync(() => _me.Began == 1);
        TaskCompletionSource slow = new();
        _api.Before = (request, token) => request.Method == HttpMethod.Patch ? slow.Task.WaitAsync(token) : Task.CompletedTask;
        while (_me.Stopped == 0)
            await StepAsync();
        Assert.Equal(1, _me.Began);

        slow.SetResult();
        while (_me.Began < 2)
            await StepAsync();

        Assert.Equal((1, "me"), (_me.Led, Holder));
    }

    [Fact]
    public async Task A_shutdown_stops_the_work_and_releases_the_Lease()
    {
        Start();
        await Eventually.HoldsAsync(() => _me.Began == 1);

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running.WaitAsync(Eventually.Limit));
        Assert.Equal((1, ""), (_me.Stopped, Holder));
    }

    private string Holder => _api.Leases["work"]!["spec"]!["holderIdentity"]!.GetValue<string>();

    private void Start()
    {
        LeaderLeaseOptions options = new()
        {
            Name = "work",
            Namespace = "shop",
            Identity = "me",
            Duration = Duration,
        };
        _running = new LeaderElection(_client, _caches, options, _me, CancellationToken.None).RunAsync(_stop.Token);
    }

    private async Task WaitForOtherAsync()
    {
        _api.Leases.Put(
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = "work",
                    ["namespace"] = "shop",
                    ["uid"] = "uid-work",
                },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = "other",
                    ["leaseDurationSeconds"] = 10,
                    ["renewTime"] = "2000-01-01T00:00:00.000000Z",
                },
            }
        );
        Start();
        await Eventually.HoldsAsync(() => _api.CountOf("WATCH") == 1);
    }

    // Seen once a new limit was set: its former one lies behind.
    private async Task RenewOtherAsync(int turn)
    {
        int limits = _time.Set;
        _api.Leases.Change("work", lease => lease["spec"]!["renewTime"] = $"2000-01-01T00:00:{turn:00}.000000Z");
        await Eventually.HoldsAsync(() => _time.Set > limits);
    }

    // Lets time pass, and what falls due in it come to rest, however busy the machine is.
    private async Task StepAsync()
    {
        _time.Advance(TimeSpan.FromMilliseconds(500));
        for (int calm = 0; calm < 3; calm = ThreadPool.PendingWorkItemCount == 0 ? calm + 1 : 0)
            await Task.Delay(4);
    }

    private sealed class Leader : ILeader
    {
        private TaskCompletionSource<bool> _work = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _began,
            _stopped,
            _led;

        public int Began => Volatile.Read(ref _began);

        public int Stopped => Volatile.Read(ref _stopped);

        public int Led => Volatile.Read(ref _led);

        public bool Retries { get; set; } = true;

        public string DeposedBy { get; private set; } = "";

        public ConcurrentQueue<string> Waited { get; } = [];

        public ConcurrentQueue<(Exception Failure, bool IsLeading)> Failures { get; } = [];

        public void End(bool isDone) => _work.SetResult(isDone);

        public void Fail(Exception failure) =>
            Interlocked.Exchange(ref _work, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetException(failure);

        public void Waiting(LeaseState other) => Waited.Enqueue(other.Holder);

        public void Leading() => Interlocked.Increment(ref _led);

        public async Task<bool> WorkAsync(CancellationToken hold)
        {
            Interlocked.Increment(ref _began);
            try
            {
                return await _work.Task.WaitAsync(hold);
            }
            finally
            {
                if (hold.IsCancellationRequested)
                    Interlocked.Increment(ref _stopped);
            }
        }

        public bool Failed(Exception failure, bool isLeading)
        {
            Failures.Enqueue((failure, isLeading));
            return Retries;
        }

        public void TakenOver(string taker) => DeposedBy = taker;

        public void Renewed(Lease lease) { }

        public void RenewalRefused(Exception failure) { }

        public void InDoubt(TimeSpan unrenewed) { }
    }
}
