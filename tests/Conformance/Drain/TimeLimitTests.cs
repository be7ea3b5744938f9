using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Drain;

/// <summary>A time limit bounds all that is done for a node, whatever the API server does, and a result comes out.</summary>
[Takes(220)]
public sealed class TimeLimitTests(ITestOutputHelper output)
{
    // Long enough for a busy machine to come to the phase.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    // Two seconds are promised; a busy machine gets more.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    [SkippableTheory]
    [AllBackends("planning")]
    [AllBackends("cordon")]
    [AllBackends("eviction")]
    [AllBackends("waiting")]
    [AllBackends("report")]
    public async Task A_drain_ends_in_time_when_the_server_hangs(string backend, string phase)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await AddNodeAsync(cluster, phase);
        HangingHandler hanging = null!;
        NodeManagerSession session = await cluster.ConnectAsync(inner => hanging = new(inner, request => Begins(request, phase)));
        if (phase == "planning")
            hanging.Hang();

        long start = TimeProvider.System.GetTimestamp();
        Task<DrainOutcome> drain = DrainAsync(session, node);
        if (phase == "waiting")
        {
            await cluster.WaitForAsync(Resources.Nodes, node, static n => n.Spec.Unschedulable == true);
            await cluster.WaitForPodsAsync(
                "a pod terminates",
                "app=web",
                static pods => pods.Any(static p => p.Metadata.DeletionTimestamp is not null)
            );
            hanging.Hang();
        }
        else if (phase == "report")
        {
            await Task.Delay(Limit - TimeSpan.FromSeconds(1));
            hanging.Hang();
        }

        AssertTimedOut(phase, await drain, TimeProvider.System.GetElapsedTime(start));
    }

    [SkippableFact]
    public async Task A_drain_ends_in_time_when_a_real_server_is_stopped()
    {
        Skip.If(ServerBinaries.FindWithControllers(out string reason) is null, reason);
        using ControlPlane plane = await ControlPlane.StartAsync();
        foreach (string phase in (string[])["planning", "cordon", "eviction", "waiting", "report"])
        {
            await using TestCluster cluster = await TestCluster.StartOnAsync(plane);
            string node = await AddNodeAsync(cluster, phase);
            NodeManagerSession session = await cluster.ConnectAsync(inner => new PausingHandler(
                inner,
                request => Begins(request, phase),
                plane.PauseApiServer
            ));
            if (phase == "planning")
                plane.PauseApiServer();

            long start = TimeProvider.System.GetTimestamp();
            Task<DrainOutcome> drain = DrainAsync(session, node);
            if (phase is "waiting" or "report")
            {
                await Task.Delay(phase == "report" ? Limit - TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(3));
                plane.PauseApiServer();
            }

            DrainOutcome outcome = await drain;
            TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
            plane.ContinueApiServer();
            AssertTimedOut(phase, outcome, elapsed);
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_wait_ends_in_time_when_the_server_hangs(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        HangingHandler hanging = null!;
        NodeManagerSession session = await cluster.ConnectAsync(inner => hanging = new(inner, static _ => false));
        hanging.Hang();

        long start = TimeProvider.System.GetTimestamp();
        NodeManagerException failure = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeWaiter.WaitAsync(session, node, "NotReady", TimeSpan.FromSeconds(2), default)
        );

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2) + Grace);
        Assert.Equal(ErrorIds.WaitTimeout, failure.ErrorId);
        Assert.Contains("the API server did not answer", failure.Message, StringComparison.Ordinal);
    }

    private static bool Begins(HttpRequestMessage request, string phase) =>
        phase switch
        {
            "cordon" => request.Method == HttpMethod.Patch
                && request.RequestUri!.AbsolutePath.Contains("/nodes/", StringComparison.Ordinal),
            "eviction" => request.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal),
            _ => false,
        };

    private void AssertTimedOut(string phase, DrainOutcome outcome, TimeSpan elapsed)
    {
        output.WriteLine($"{phase}: {(elapsed - Limit).TotalSeconds:0.00} s beyond the limit");
        Assert.InRange(elapsed, Limit - TimeSpan.FromMilliseconds(300), Limit + Grace);
        Assert.True(outcome.Result?.Status == NodeDrainStatus.TimedOut, outcome.Result?.Describe());
        Assert.Contains("not answer", outcome.Result!.Message, StringComparison.Ordinal);
        Assert.NotNull(outcome.Failure);
    }

    private static async Task<string> AddNodeAsync(TestCluster cluster, string phase)
    {
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2, w => w.AnnotatePods("fake-kubelet/slow-terminate", "never"));
        if (phase == "report")
            await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        return full;
    }

    private static async Task<DrainOutcome> DrainAsync(NodeManagerSession session, string node) =>
        Assert.Single(
            await NodeOperations
                .DrainAsync(new(session, [node], new DrainOptions { Timeout = Limit }), NullObserver.Instance, default, default)
                .ToListAsync()
        );

    private sealed class PausingHandler(HttpMessageHandler inner, Func<HttpRequestMessage, bool> begins, Action pause)
        : DelegatingHandler(inner)
    {
        private int _isPaused;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (begins(request) && Interlocked.Exchange(ref _isPaused, 1) == 0)
                pause();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
