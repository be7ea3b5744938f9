using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Testing;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class VolumeDetachmentTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();
    private readonly ManualTimeProvider _time = new();

    public VolumeDetachmentTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(WithClaim("p1", "data"));
        Claim("data", "pv-1");
        Attach("a1", "pv-1", "n1");
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_drained_node_has_its_volumes_detached()
    {
        Attach("elsewhere", "pv-1", "n2");
        Attach("another", "pv-9", "n1");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await WaitsForVolumesAsync();
        Assert.False(drain.IsCompleted);
        _server.Attachments.Remove("a1");

        Assert.Equal(NodeDrainStatus.Drained, (await drain).Status);
    }

    [Fact]
    public async Task A_resumed_drain_waits_for_volumes_of_the_interrupted_one()
    {
        using CancellationTokenSource interrupt = new();
        Task<NodeDrainResult> interrupted = _bench.DrainAsync(_server, cancellationToken: interrupt.Token);
        await WaitsForVolumesAsync();
        await interrupt.CancelAsync();
        Assert.Equal(NodeDrainStatus.Cancelled, (await interrupted).Status);

        Attach("elsewhere", "pv-1", "n2");
        DrainBench second = new();
        Task<NodeDrainResult> drain = second.DrainAsync(_server);
        await WaitsForVolumesAsync(second);
        Assert.False(drain.IsCompleted);
        _server.Attachments.Remove("a1");

        Assert.Equal(NodeDrainStatus.Drained, (await drain).Status);
    }

    [Fact]
    public async Task Attached_volumes_are_named_at_the_timeout()
    {
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { VolumeDetachTimeout = TimeSpan.FromSeconds(30) }, _time);
        while (!drain.IsCompleted)
        {
            await Task.Delay(10);
            if (_bench.Lines.Any(l => l.EndsWith("p1: Evicted.", StringComparison.Ordinal)))
                _time.Advance(TimeSpan.FromSeconds(10));
        }

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.TimedOut, 1), (result.Status, result.Evicted));
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal(("VolumeAttachment", "pv-1"), (blocker.Kind, blocker.Name));
    }

    [Fact]
    public async Task Unreadable_VolumeAttachments_are_a_warning()
    {
        Forbid("volumeattachments");

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Contains(result.Warnings, w => w.Contains("detached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_readable_PersistentVolumeClaims_all_attachments_of_the_node_count()
    {
        Forbid("persistentvolumeclaims");
        Attach("another", "pv-9", "n1");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await WaitsForVolumesAsync();
        _server.Attachments.Remove("a1");
        _server.Attachments.Remove("another");

        Assert.Equal(NodeDrainStatus.Drained, (await drain).Status);
    }

    [Fact]
    public async Task The_volume_of_a_remaining_pod_is_not_waited_for()
    {
        _server.DaemonSets.Put(Sample.DaemonSet("logs", "ds"));
        JsonObject stays = WithClaim("stays", "data");
        JsonNode owner = stays["metadata"]!["ownerReferences"]![0]!;
        (owner["kind"], owner["name"], owner["uid"]) = ("DaemonSet", "logs", "ds");
        _server.Pods.Put(stays);

        Assert.Equal(NodeDrainStatus.Drained, (await _bench.DrainAsync(_server)).Status);
    }

    [Fact]
    public async Task The_volume_of_a_skipped_pod_is_not_waited_for()
    {
        _server.OnAccepted = name =>
            _server.Pods.Change(name, p => p["metadata"]!["deletionTimestamp"] = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ"));
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { SkipWaitForDeleteTimeout = TimeSpan.FromSeconds(20) }, _time);
        for (int i = 0; i < 1000 && !drain.IsCompleted; i++)
        {
            await Task.Delay(10);
            if (_bench.Lines.Any(static line => line.Contains("accepted", StringComparison.Ordinal)))
                _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.True(drain.IsCompleted);
        NodeDrainResult result = await drain;
        Assert.Equal((NodeDrainStatus.Drained, DrainPodOutcome.Skipped), (result.Status, Assert.Single(result.Pods).Outcome));
    }

    [Fact]
    public async Task Without_PersistentVolumeClaims_VolumeAttachments_are_not_read()
    {
        _server.Pods.Put(Sample.Pod("p1"));

        await _bench.DrainAsync(_server);

        Assert.DoesNotContain(_server.Requests, r => r.Contains("volumeattachments", StringComparison.Ordinal));
    }

    private static JsonObject WithClaim(string name, string claim)
    {
        JsonObject pod = Sample.Pod(name);
        pod["spec"]!["volumes"] = JsonNode.Parse($$$"""[{"name":"v","persistentVolumeClaim":{"claimName":"{{{claim}}}"}}]""");
        return pod;
    }

    private void Claim(string name, string volume) =>
        _server.Claims.Put(
            Sample.Parse(
                $$$"""{"metadata":{"name":"{{{name}}}","namespace":"default","uid":"c-{{{name}}}"},"spec":{"volumeName":"{{{volume}}}"} }"""
            )
        );

    private void Attach(string name, string volume, string node) =>
        _server.Attachments.Put(
            Sample.Parse(
                $$$"""{"metadata":{"name":"{{{name}}}","uid":"va-{{{name}}}"},"spec":{"attacher":"csi","nodeName":"{{{node}}}","source":{"persistentVolumeName":"{{{volume}}}"} } }"""
            )
        );

    private void Forbid(string plural) =>
        _server.Intercept = r => r.RequestUri!.AbsolutePath.Contains("/" + plural, StringComparison.Ordinal) ? Answers.Forbidden() : null;

    private async Task WaitsForVolumesAsync(DrainBench? bench = null)
    {
        for (
            int i = 0;
            i < 30_000 && !(bench ?? _bench).Reports.Any(r => r.Status.Contains("volumes to detach", StringComparison.Ordinal));
            i++
        )
            await Task.Delay(10);
    }
}
