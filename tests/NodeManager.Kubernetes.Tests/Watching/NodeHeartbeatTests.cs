using System.Text;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Kubernetes.Tests.Watching;

public sealed class NodeHeartbeatTests
{
    public static TheoryData<string, Action<Node>> Changes =>
        new()
        {
            { "cordon", static node => node.Spec.Unschedulable = true },
            { "taint", static node => node.Spec.Taints = [new() { Key = "a", Effect = "NoSchedule" }] },
            { "provider id", static node => node.Spec.ProviderID = "x://1" },
            { "label", static node => node.Metadata.Labels!["zone"] = "b" },
            { "further label", static node => node.Metadata.Labels!["rack"] = "b" },
            { "annotation", static node => node.Metadata.Annotations = new() { ["a"] = "b" } },
            { "allocatable", static node => node.Status.Allocatable!["cpu"] = Quantity.Parse("3") },
            { "boot", static node => node.Status.NodeInfo = new() { BootID = "b" } },
            { "deletion", static node => node.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch },
            { "status of a condition", static node => node.Status.Conditions![0].Status = "False" },
            {
                "transition of a condition",
                static node => node.Status.Conditions![0].LastTransitionTime = DateTimeOffset.UnixEpoch.AddHours(1)
            },
            { "further condition", static node => node.Status.Conditions!.Add(new() { Type = "KernelDeadlock", Status = "True" }) },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Changes_that_readers_decide_by_are_not_heartbeats(string what, Action<Node> change)
    {
        Node after = Node();
        change(after);

        Assert.False(NodeHeartbeat.IsOnly(Node(), after), what);
        Assert.False(NodeHeartbeat.IsOnly(after, Node()), what);
    }

    [Fact]
    public void Another_time_of_a_heartbeat_is_only_a_heartbeat()
    {
        Node after = Node();
        after.Metadata.ResourceVersion = "2";

        Assert.True(NodeHeartbeat.IsOnly(Node(), after));
    }

    [Fact]
    public async Task Lines_that_are_there_already_are_read_without_a_pause()
    {
        using var body = new MemoryStream(
            Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Repeat("""{"type":"MODIFIED","object":{"metadata":{"name":"a"}}}""" + "\n", 5_000))
            )
        );
        int pauses = 0,
            lines = 0;

        await foreach (WatchLine<Node> _ in WatchLineReader.ReadAsync(body, Resources.Nodes.Item, () => Task.FromResult(++pauses), default))
            lines++;

        Assert.Equal((5_000, 0), (lines, pauses));
    }

    private static Node Node() =>
        new()
        {
            Metadata = new()
            {
                Name = "a",
                ResourceVersion = "1",
                Labels = new() { ["zone"] = "a" },
            },
            Status = new()
            {
                Allocatable = new() { ["cpu"] = Quantity.Parse("4") },
                Conditions =
                [
                    new()
                    {
                        Type = "Ready",
                        Status = "True",
                        Reason = "KubeletReady",
                        LastTransitionTime = DateTimeOffset.UnixEpoch,
                    },
                ],
            },
        };
}
