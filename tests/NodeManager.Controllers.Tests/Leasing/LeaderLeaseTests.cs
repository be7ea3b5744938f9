using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Controllers.Leasing;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Testing;

namespace NodeManager.Controllers.Tests.Leasing;

public sealed class LeaderLeaseTests : IAsyncLifetime
{
    private const string UnreadRoles = """
        {
            "kind": "Status",
            "apiVersion": "v1",
            "status": "Failure",
            "message": "leases is forbidden: RBAC: role \"runs\" not found",
            "reason": "Forbidden",
            "code": 403
        }
        """;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    private readonly FakeApi _api = new();
    private readonly FaultInjectionHandler _faults = new();
    private readonly ManualTimeProvider _time = new();
    private readonly KubernetesClient _client;
    private readonly ObjectCaches _caches;
    private readonly Listener _told = new();
    private readonly LeaderLease _lease;

    public LeaderLeaseTests()
    {
        _client = _api.Connect(_time, _faults);
        _caches = FakeApi.Caches(_client);
        _lease = Lease("me", _told);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _lease.DisposeAsync();
        _caches.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task A_missing_Lease_is_created_and_renewed_during_the_work()
    {
        await AcquireAsync();
        Assert.Equal("me", Holder);
        Assert.Equal(10, _api.Leases["work"]!["spec"]!["leaseDurationSeconds"]!.GetValue<int>());
        Assert.Equal("yes", _api.Leases["work"]!["metadata"]!["labels"]!["test"]!.GetValue<string>());

        for (int i = 1; i <= 20; i++)
            await PassAsync(Duration / 5, () => _told.Renewals >= i);

        Assert.False(_lease.InDoubt.IsCancellationRequested);
        Assert.False(_lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_released_Lease_is_acquired_immediately()
    {
        await AcquireAsync();
        await _lease.ReleaseAsync(CancellationToken.None);
        Assert.Equal("", Holder);
        await using LeaderLease other = Lease("other", new());

        Assert.Null(
            await other
                .TryAcquireAsync(static _ => Assert.Fail("there is nothing to wait for"), CancellationToken.None)
                .WaitAsync(Eventually.Limit)
        );

        Assert.Equal("other", Holder);
        Assert.Equal(1, _api.Leases["work"]!["spec"]!["leaseTransitions"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_release_with_a_lost_response_is_complete()
    {
        await AcquireAsync();
        _faults.Inject(Fault.DropAnswer(), 1, static request => request.Method == HttpMethod.Patch);

        Task releasing = _lease.ReleaseAsync(CancellationToken.None);
        while (!releasing.IsCompleted)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        await releasing;
        Assert.Equal("", Holder);
    }

    // The holder's clock may be off by any amount: its times mean nothing here.
    [Theory]
    [InlineData("2000-01-01T00:00:00.000000Z")]
    [InlineData("2099-01-01T00:00:00.000000Z")]
    public async Task A_Lease_expires_only_after_its_whole_duration_was_observed(string renewed)
    {
        Put("dead", renewed);
        Task<LeaseState?> taking = _lease.TryAcquireAsync(static _ => { }, CancellationToken.None);
        await Eventually.HoldsAsync(() => _api.CountOf("WATCH") == 1);
        _time.Advance(Duration - TimeSpan.FromMilliseconds(1));
        await Task.Delay(50);
        Assert.False(taking.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await taking.WaitAsync(Eventually.Limit));
        Assert.Equal("me", Holder);
        Assert.Null(_api.Leases["work"]!["metadata"]!["annotations"]?["test/stale"]);
    }

    [Fact]
    public async Task A_holder_that_renews_keeps_the_Lease()
    {
        Put("alive", "2000-01-01T00:00:00.000000Z");
        List<string> waits = [];
        Task<LeaseState?> taking = _lease.TryAcquireAsync(state => waits.Add(state.Holder), CancellationToken.None);
        await Eventually.HoldsAsync(() => _api.CountOf("WATCH") == 1);

        _api.Leases.Change("work", static lease => lease["spec"]!["renewTime"] = "2000-01-01T00:00:01.000000Z");

        Assert.Equal("alive", (await taking.WaitAsync(Eventually.Limit))?.Holder);
        Assert.Equal(["alive"], waits);
        Assert.Equal("alive", Holder);
    }

    [Fact]
    public async Task One_of_two_concurrent_candidates_acquires_the_Lease()
    {
        LeaderLease[] leases = [.. Enumerable.Range(0, 8).Select(i => Lease($"p{i}", new()))];

        Task<LeaseState?>[] taking = [.. leases.Select(static lease => lease.TryAcquireAsync(static _ => { }, CancellationToken.None))];
        // Whoever comes late sees the one that was faster renew it.
        while (!taking.All(static task => task.IsCompleted))
            await StepAsync(TimeSpan.FromMilliseconds(500));

        LeaseState?[] states = await Task.WhenAll(taking);
        Assert.Single(states, static state => state is null);
        Assert.All(states.OfType<LeaseState>(), state => Assert.Equal(Holder, state.Holder));
        foreach (LeaderLease lease in leases)
            await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_renewal_with_a_lost_response_counts()
    {
        Put("", "2000-01-01T00:00:00.000000Z");
        _faults.Inject(Fault.DropAnswer(), 1, static request => request.Method == HttpMethod.Patch);
        Task<LeaseState?> taking = _lease.TryAcquireAsync(static _ => { }, CancellationToken.None);
        // The patch is sent again after a pause, and conflicts with itself.
        await Eventually.HoldsAsync(() => _time.Waiting > 0);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await taking.WaitAsync(Eventually.Limit));
        Assert.Equal("me", Holder);
    }

    [Fact]
    public async Task Without_responses_the_work_stops_before_a_takeover_and_resumes_after_a_renewal()
    {
        await AcquireAsync();
        TaskCompletionSource slow = new();
        _api.Before = (request, token) => request.Method == HttpMethod.Patch ? slow.Task.WaitAsync(token) : Task.CompletedTask;
        CancellationToken doubt = _lease.InDoubt;
        long start = _time.GetTimestamp();
        while (!doubt.IsCancellationRequested)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        Assert.InRange(_time.GetElapsedTime(start), Duration * 0.7, Duration * 0.95);
        Assert.False(_lease.Lost.IsCancellationRequested);
        Assert.Equal(1, _told.Doubts);
        Assert.False(_lease.HoldAsync(CancellationToken.None).IsCompleted);

        slow.SetResult();
        Task held = _lease.HoldAsync(CancellationToken.None);
        while (!held.IsCompleted)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        Assert.False(_lease.InDoubt.IsCancellationRequested);
    }

    [Fact]
    public async Task A_slow_server_does_not_lose_the_Lease()
    {
        await AcquireAsync();
        // Each answer takes longer than the time between two renewals.
        _api.Before = (request, token) =>
            request.Method == HttpMethod.Patch ? Task.Delay(TimeSpan.FromSeconds(5), _time, token) : Task.CompletedTask;
        for (int i = 0; i < 100; i++)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        Assert.False(_lease.InDoubt.IsCancellationRequested);
        Assert.Equal(0, _told.Doubts);
    }

    [Fact]
    public async Task A_refused_renewal_is_reported_once_and_ends_the_hold_in_time()
    {
        await AcquireAsync();
        _faults.Inject(Fault.Answer(HttpStatusCode.Forbidden, "Forbidden"), 100, static request => request.Method == HttpMethod.Patch);
        long start = _time.GetTimestamp();
        while (!_lease.Lost.IsCancellationRequested)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        Assert.InRange(_time.GetElapsedTime(start), Duration * 0.7, Duration * 0.95);
        Assert.True(_lease.InDoubt.IsCancellationRequested);
        Assert.IsType<KubernetesException>(Assert.Single(_told.Refusals));
        Assert.IsType<KubernetesException>(_lease.Refusal);
        Assert.Equal("", _lease.NewHolder);
        await _lease.HoldAsync(CancellationToken.None).WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task A_temporary_refusal_keeps_the_Lease()
    {
        await AcquireAsync();
        _faults.Inject(Fault.Answer(HttpStatusCode.Forbidden, "Forbidden"), 2, static request => request.Method == HttpMethod.Patch);
        for (int i = 0; i < 60; i++)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        Assert.False(_lease.Lost.IsCancellationRequested);
        Assert.Single(_told.Refusals);
        Assert.Null(_lease.Refusal);
    }

    [Fact]
    public async Task A_server_that_has_not_read_its_roles_brings_the_Lease_only_into_doubt()
    {
        await AcquireAsync();
        _faults.Inject(Fault.AnswerJson(HttpStatusCode.Forbidden, UnreadRoles), 8, static request => request.Method == HttpMethod.Patch);

        await StepUntilInDoubtAsync();

        Assert.False(_lease.Lost.IsCancellationRequested);
        Assert.Null(_lease.Refusal);
        Assert.Empty(_told.Refusals);
        Task held = _lease.HoldAsync(CancellationToken.None);
        while (!held.IsCompleted)
            await StepAsync(TimeSpan.FromMilliseconds(500));
        Assert.False(_lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_refusal_before_the_server_becomes_unreachable_brings_the_Lease_only_into_doubt()
    {
        await AcquireAsync();
        _faults.Inject(Fault.Answer(HttpStatusCode.Forbidden, "Forbidden"), 1, static request => request.Method == HttpMethod.Patch);
        _faults.Inject(Fault.Refuse(), 100, static request => request.Method == HttpMethod.Patch);

        await StepUntilInDoubtAsync();

        Assert.Single(_told.Refusals);
        Assert.Null(_lease.Refusal);
        Assert.False(_lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_credential_plugin_that_fails_brings_the_Lease_only_into_doubt()
    {
        await AcquireAsync();
        NodeManagerException failure = new(ErrorIds.CredentialPluginFailed, ErrorKind.AuthenticationError, "The network is down.");
        _faults.Inject(Fault.After(() => throw failure), 8, static request => request.Method == HttpMethod.Patch);

        await StepUntilInDoubtAsync();

        Assert.False(_lease.Lost.IsCancellationRequested);
        Assert.Null(_lease.Refusal);
        Task held = _lease.HoldAsync(CancellationToken.None);
        while (!held.IsCompleted)
            await StepAsync(TimeSpan.FromMilliseconds(500));
        Assert.False(_lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task The_work_ends_when_another_process_holds_the_Lease()
    {
        await AcquireAsync();
        _api.Leases.Change("work", static lease => lease["spec"]!["holderIdentity"] = "thief");
        while (!_lease.Lost.IsCancellationRequested)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        Assert.Equal("thief", _lease.NewHolder);
        await _lease.ReleaseAsync(CancellationToken.None);
        Assert.Equal("thief", Holder);
    }

    [Fact]
    public async Task A_deleted_Lease_is_lost()
    {
        await AcquireAsync();
        _api.Leases.Remove("work");
        while (!_lease.Lost.IsCancellationRequested)
            await StepAsync(TimeSpan.FromMilliseconds(500));

        Assert.Equal("", _lease.NewHolder);
    }

    private string Holder => _api.Leases["work"]!["spec"]!["holderIdentity"]!.GetValue<string>();

    private async Task AcquireAsync() =>
        Assert.Null(await _lease.TryAcquireAsync(static _ => { }, CancellationToken.None).WaitAsync(Eventually.Limit));

    private void Put(string holder, string renewed) =>
        _api.Leases.Put(
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = "work",
                    ["namespace"] = "shop",
                    ["uid"] = "uid-work",
                    ["annotations"] = new JsonObject { ["test/stale"] = "x" },
                },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = holder,
                    ["leaseDurationSeconds"] = 10,
                    ["renewTime"] = renewed,
                },
            }
        );

    // Lets time pass, and what falls due in it come to rest, however busy the machine is.
    private async Task StepAsync(TimeSpan by)
    {
        _time.Advance(by);
        for (int calm = 0; calm < 3; calm = ThreadPool.PendingWorkItemCount == 0 ? calm + 1 : 0)
            await Task.Delay(4);
    }

    private async Task StepUntilInDoubtAsync()
    {
        CancellationToken doubt = _lease.InDoubt;
        while (!doubt.IsCancellationRequested)
            await StepAsync(TimeSpan.FromMilliseconds(500));
    }

    private async Task PassAsync(TimeSpan by, Func<bool> until)
    {
        await Eventually.HoldsAsync(() => _time.Waiting > 0);
        _time.Advance(by);
        await Eventually.HoldsAsync(until);
    }

    private LeaderLease Lease(string identity, Listener listener) =>
        new(
            _client,
            _caches,
            new()
            {
                Name = "work",
                Namespace = "shop",
                Identity = identity,
                Duration = Duration,
                Labels = new Dictionary<string, string> { ["test"] = "yes" },
                StaleAnnotations = ["test/stale"],
            },
            listener
        );

    private sealed class Listener : ILeaseListener
    {
        private int _renewals;

        public int Renewals => Volatile.Read(ref _renewals);

        public int Doubts { get; private set; }

        public ConcurrentQueue<Exception> Refusals { get; } = [];

        public void Renewed(Lease lease) => Interlocked.Increment(ref _renewals);

        public void RenewalRefused(Exception failure) => Refusals.Enqueue(failure);

        public void InDoubt(TimeSpan unrenewed) => Doubts++;
    }
}
