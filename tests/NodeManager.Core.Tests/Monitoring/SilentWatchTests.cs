using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>A watch that is open and silent: <c>healthCheckInterval</c> bounds how old what is known may be.</summary>
public sealed class SilentWatchTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(120)]
    public async Task A_silent_watch_delays_an_alert_by_healthCheckInterval_at_most(int seconds)
    {
        var interval = TimeSpan.FromSeconds(seconds);
        SilentNodes network = null!;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8, inner => network = new(inner));
        cluster.Session.Configure(before => new(before) { HealthCheckInterval = interval });
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = MonitoredCluster.Debounce },
            }
        );
        HashSet<string> troubled = cluster.Troubled;
        string node = (await cluster.NodesAsync(static node => node.Spec.Unschedulable != true)).First(name => !troubled.Contains(name));
        network.IsSilent = true;

        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.MemoryPressure,
                Name = "memory",
                Nodes = [node],
            }
        );
        NodeAlert? alert = null;
        await cluster.UntilAsync(
            () => (alert = MonitoredCluster.AlertsOf(monitor).FirstOrDefault(one => one.Nodes.Contains(node))) is not null,
            "the alert"
        );
        Condition pressure = (
            await cluster.Session.Connection().Client.GetAsync(Resources.Nodes, node, null, default)
        ).Status.Conditions.Find("MemoryPressure")!;

        Assert.Equal(NodeFindingCause.MemoryPressure, alert!.Cause);
        // Conditions have whole seconds, and a bookmark may be late by two.
        Assert.InRange(
            alert.UpdatedAt - pressure.LastTransitionTime!.Value,
            MonitoredCluster.Debounce,
            interval + MonitoredCluster.Debounce + MonitoredCluster.Late + TimeSpan.FromSeconds(3)
        );
        Assert.DoesNotContain(MonitoredCluster.AlertsOf(monitor), static one => one.Cause == NodeAlertCause.ClusterUnreachable);
        await MonitoredCluster.StopAsync(monitor);
    }

    /// <summary>What the watch of nodes reports does not arrive.</summary>
    private sealed class SilentNodes(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private volatile bool _isSilent;

        public bool IsSilent
        {
            get => _isSilent;
            set => _isSilent = value;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            if (
                request.RequestUri!.AbsolutePath != "/api/v1/nodes"
                || !request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal)
            )
                return answer;
            HttpContent content = new StreamContent(new SilentStream(await answer.Content.ReadAsStreamAsync(cancellationToken), this));
            content.Headers.ContentType = answer.Content.Headers.ContentType;
            answer.Content = content;
            return answer;
        }
    }

    private sealed class SilentStream(Stream inner, SilentNodes network) : ReadOnlyStream(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await Inner.ReadAsync(buffer, cancellationToken);
            if (network.IsSilent)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return read;
        }
    }
}
