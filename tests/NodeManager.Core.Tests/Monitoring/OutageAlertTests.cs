using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>What is told when nothing is known, or nothing wanted.</summary>
public sealed class OutageAlertTests
{
    [Fact]
    public async Task An_unreachable_API_server_is_one_alert_without_alerts_about_nodes()
    {
        NetworkCut network = null!;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8, inner => network = new(inner));
        network.Time = cluster.Cluster.Time;
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session });
        HashSet<string> troubled = cluster.Troubled;
        int before = MonitoredCluster.AlertsOf(monitor).Count;

        network.IsCut = true;
        DateTimeOffset cut = cluster.Now;
        // The watch that is open is cut by the cluster; no further request gets through.
        cluster.Cluster.SetFault(new() { Kind = SandboxFaultKind.WatchCut, Name = "cut" });
        string node = "";
        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        cluster.Cluster.ClearFault("cut");
        using (CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new()))
            node = nodes.Cache.Items.First(one => !troubled.Contains(one.Metadata.Name)).Metadata.Name;
        // Begins and ends unseen; another one is there when the connection is back.
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.MemoryPressure,
                Name = "unseen",
                Nodes = [node],
            }
        );
        await cluster.PassAsync(TimeSpan.FromSeconds(60));
        cluster.Cluster.ClearFault("unseen");
        await cluster.PassAsync(TimeSpan.FromSeconds(30));
        NodeAlert outage = Assert.Single(MonitoredCluster.AlertsOf(monitor).Skip(before));
        Assert.Equal((NodeAlertCause.ClusterUnreachable, NodeFindingSeverity.Critical), (outage.Cause, outage.Severity));
        MonitoredCluster.AssertInTime(outage, cut);

        network.IsCut = false;
        await cluster.PassAsync(TimeSpan.FromSeconds(60));
        NodeAlert[] after = [.. MonitoredCluster.AlertsOf(monitor).Skip(before + 1)];
        Assert.Equal((outage.Id, NodeAlertTransition.Resolved), (Assert.Single(after).Id, after[0].Transition));
        MonitoredCluster.AssertInTime(after[0], network.WatchedAgainAt!.Value);
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task Without_alertOnNodeFailure_a_failed_node_raises_no_alert()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        cluster.Session.Configure(static before => new(before) { AlertOnNodeFailure = false });
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session });
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeDown,
                Name = "down",
                Nodes = ["*"],
                Percent = 30,
            }
        );
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        Assert.DoesNotContain(
            MonitoredCluster.AlertsOf(monitor),
            static alert => alert.Cause is NodeFindingCause.NotReady or NodeFindingCause.Unreachable
        );
        await MonitoredCluster.StopAsync(monitor);
    }

    private sealed class NetworkCut(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private volatile bool _isCut;
        private bool _wasCut;

        public TimeProvider Time { get; set; } = TimeProvider.System;

        public bool IsCut
        {
            get => _isCut;
            set => _isCut = value;
        }

        /// <summary>When the first watch of nodes after a cut was answered.</summary>
        public DateTimeOffset? WatchedAgainAt { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            bool isWatch =
                request.RequestUri!.AbsolutePath == "/api/v1/nodes"
                && request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal);
            if (_isCut)
            {
                _wasCut |= isWatch;
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
            }

            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            if (isWatch && _wasCut)
                WatchedAgainAt ??= Time.GetUtcNow();
            return answer;
        }
    }
}
