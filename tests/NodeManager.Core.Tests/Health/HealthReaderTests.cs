using NodeManager.Core.Health;
using NodeManager.Core.Progress;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Health;

public sealed class HealthReaderTests
{
    // All Leases and pods are read by lists.
    private const int Nodes = 40;

    [Fact]
    public async Task Leases_are_judged_at_the_time_when_they_were_read()
    {
        ManualCluster? cluster = null;
        await using ManualCluster started = cluster = await ManualCluster.StartAsync(
            Nodes,
            inner => new LatePods(inner, () => cluster!.PassAsync(TimeSpan.FromMinutes(2)))
        );

        IReadOnlyList<NodeHealth> nodes = await NodeHealthChecks.TestAsync(
            cluster.Session,
            new HealthQuery(),
            static _ => { },
            NullObserver.Instance,
            default
        );

        // The seeded node that is silent.
        Assert.Single(nodes, static node => node.Status == NodeFindingSeverity.Critical);
    }

    // The pods arrive after the Leases, and time passes between them.
    private sealed class LatePods(HttpMessageHandler inner, Func<Task> pass) : DelegatingHandler(inner)
    {
        private readonly TaskCompletionSource _leases = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string path = request.RequestUri!.AbsolutePath;
            if (path == "/api/v1/pods")
            {
                await _leases.Task;
                await pass();
            }

            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (path.EndsWith("/leases", StringComparison.Ordinal))
                _leases.TrySetResult();
            return response;
        }
    }
}
