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
        bool isCut = false;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8, inner => new NetworkCut(inner, () => Volatile.Read(ref isCut)));
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session });
        HashSet<string> troubled = cluster.Troubled;
        int before = MonitoredCluster.AlertsOf(monitor).Count;

        Volatile.Write(ref isCut, true);
        // The watch that is open is cut by the cluster; no further request gets through.
        cluster.Cluster.SetFault(new() { Kind = SandboxFaultKind.WatchCut, Name = "cut" });
        string node = "";
        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        cluster.Cluster.ClearFault("cut");
        using (CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new()))
            node = nodes.Cache.Items.First(one => !troubled.Contains(one.Metadata.Name)).Metadata.Name;
        // Begins and ends unseen; another one is there when the connection is back.
        cluster.Cluster.SetFault(new() { Kind = SandboxFaultKind.MemoryPressure, Name = "unseen", Nodes = [node] });
        await cluster.PassAsync(TimeSpan.FromSeconds(60));
        cluster.Cluster.ClearFault("unseen");
        await cluster.PassAsync(TimeSpan.FromSeconds(30));
        NodeAlert outage = Assert.Single(MonitoredCluster.AlertsOf(monitor).Skip(before));
        Assert.Equal((NodeAlertCause.ClusterUnreachable, NodeFindingSeverity.Critical), (outage.Cause, outage.Severity));

        Volatile.Write(ref isCut, false);
        await cluster.PassAsync(TimeSpan.FromSeconds(60));
        NodeAlert[] after = [.. MonitoredCluster.AlertsOf(monitor).Skip(before + 1)];
        Assert.Equal((outage.Id, NodeAlertTransition.Resolved), (Assert.Single(after).Id, after[0].Transition));
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task Without_alertOnNodeFailure_a_failed_node_raises_no_alert()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        cluster.Session.Configure(static before => new(before) { AlertOnNodeFailure = false });
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session });
        cluster.Cluster.SetFault(new() { Kind = SandboxFaultKind.NodeDown, Name = "down", Nodes = ["*"], Percent = 30 });
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        Assert.DoesNotContain(MonitoredCluster.AlertsOf(monitor), static alert => alert.Cause is NodeFindingCause.NotReady or NodeFindingCause.Unreachable);
        await MonitoredCluster.StopAsync(monitor);
    }

    private sealed class NetworkCut(HttpMessageHandler inner, Func<bool> isCut) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            isCut() ? throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused") : base.SendAsync(request, cancellationToken);
    }
}
