using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Requests;
using static NodeManager.Kubernetes.Tests.Protobuf.WireBytes;

namespace NodeManager.Kubernetes.Tests.Protobuf;

/// <summary>Guards what decoding allocates: it does not depend on the machine.</summary>
public sealed class WireCostTests
{
    private static readonly byte[] Time = Number(1, 1_790_000_000);

    [Fact]
    public void Images_of_a_node_allocate_nothing()
    {
        long with = Cost(static message => NodeWire.Read(message), Node(images: 50)),
            without = Cost(static message => NodeWire.Read(message), Node(images: 0));

        Assert.Equal(without, with);
        // 1,808 bytes when this was written.
        Assert.InRange(without, 1, 2000);
    }

    [Fact]
    public void A_node_that_is_read_into_the_same_object_allocates_a_fifth()
    {
        long cost = Cost(NodeWire.Reuse(), Node(images: 50));

        // 344 bytes when this was written.
        Assert.InRange(cost, 1, 420);
    }

    [Fact]
    public void A_node_that_is_read_into_the_same_object_keeps_nothing_of_the_one_before()
    {
        byte[] bare = Field(1, Text(1, "bare")),
            full = Node(images: 1);
        WireItem<Node> read = NodeWire.Reuse();

        foreach (byte[] message in new[] { full, bare, full })
        {
            string expected = JsonSerializer.Serialize(NodeWire.Read(message), Resources.Nodes.Item),
                actual = JsonSerializer.Serialize(read(message), Resources.Nodes.Item);
            Assert.Equal(Bare(expected), Bare(actual));
        }

        // Empty maps and lists mean what none means.
        static string Bare(string json)
        {
            string bare = Regex.Replace(json, "\"[a-zA-Z]+\":(null|\\{\\}|\\[\\]),?", "").Replace(",}", "}", StringComparison.Ordinal);
            return bare == json ? bare : Bare(bare);
        }
    }

    [Fact]
    public void Equal_amounts_of_nodes_are_one_dictionary()
    {
        byte[] one = Node(images: 0),
            other = Node(images: 1);

        Assert.Equal(["cpu", "memory", "pods", "ephemeral-storage"], NodeWire.Read(one).Status.Capacity!.Keys);
        // Another test may take the place of the table between the two.
        Assert.Contains(
            Enumerable.Range(0, 20),
            _ => ReferenceEquals(NodeWire.Read(one).Status.Capacity, NodeWire.Read(other).Status.Capacity)
        );
    }

    [Fact]
    public void Amounts_in_two_parts_are_whole_and_change_no_other_node()
    {
        byte[] cpu = Field(1, Text(1, "cpu"), Field(2, Text(1, "3"))),
            pods = Field(1, Text(1, "pods"), Field(2, Text(1, "30"))),
            phase = Text(3, "Running");

        Node whole = NodeWire.Read(Field(3, cpu)),
            parted = NodeWire.Read(Field(3, [.. cpu, .. phase, .. pods])),
            later = NodeWire.Read(Field(3, cpu));

        Assert.Equal(["cpu"], whole.Status.Capacity!.Keys);
        Assert.Equal(["cpu", "pods"], parted.Status.Capacity!.Keys);
        Assert.Equal(["cpu"], later.Status.Capacity!.Keys);
    }

    [Fact]
    public void Environment_and_mounts_of_a_pod_allocate_nothing()
    {
        long with = Cost(static message => PodWire.Read(message, isFull: false), Pod(variables: 30)),
            without = Cost(static message => PodWire.Read(message, isFull: false), Pod(variables: 0));

        Assert.Equal(without, with);
        // 2,288 bytes when this was written.
        Assert.InRange(without, 1, 2500);
    }

    private static long Cost(WireItem<object> read, byte[] message)
    {
        // Texts and amounts are shared from the second time on, unless another test takes their places meanwhile.
        return Enumerable
            .Range(0, 20)
            .Min(_ =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                object kept = read(message);
                long cost = GC.GetAllocatedBytesForCurrentThread() - before;
                GC.KeepAlive(kept);
                return cost;
            });
    }

    private static byte[] Node(int images)
    {
        byte[][] labels =
        [
            .. Enumerable
                .Range(0, 9)
                .Select(static number => Entry(11, "example.com/label-" + number.ToString(CultureInfo.InvariantCulture), "value")),
        ];
        byte[] metadata = Field(
            1,
            [
                Text(1, "node-1"),
                Text(5, "0a1b2c3d-0000-0000-0000-000000000001"),
                Text(6, "123456"),
                Field(8, Time),
                .. labels,
                Entry(12, "node.alpha.kubernetes.io/ttl", "0"),
            ]
        );
        byte[] spec = Field(2, Text(1, "10.0.1.0/24"), Text(3, "aws:///zone-1/i-0123456789"), Text(7, "10.0.1.0/24"));
        byte[][] amounts =
        [
            .. new[] { 1, 2 }.SelectMany(static field =>
                new[] { "cpu", "memory", "pods", "ephemeral-storage" }.Select(name => Field(field, Text(1, name), Field(2, Text(1, "110"))))
            ),
        ];
        byte[][] conditions =
        [
            .. new[] { "Ready", "MemoryPressure", "DiskPressure", "PIDPressure" }.Select(static type =>
                Field(4, Text(1, type), Text(2, "False"), Field(3, Time), Field(4, Time), Text(5, "Reason"), Text(6, "kubelet reports it"))
            ),
        ];
        byte[][] pulled =
        [
            .. Enumerable
                .Range(0, images)
                .Select(static number =>
                    Field(
                        8,
                        Text(1, "registry.example.com/team/image-" + number.ToString(CultureInfo.InvariantCulture)),
                        Number(2, 100_000_000)
                    )
                ),
        ];
        byte[] status = Field(
            3,
            [
                .. amounts,
                .. conditions,
                Field(5, Text(1, "InternalIP"), Text(2, "10.0.0.1")),
                Field(7, Text(1, "machine"), Text(4, "6.1.0"), Text(7, "v1.36.2")),
                .. pulled,
            ]
        );
        return [.. metadata, .. spec, .. status];
    }

    private static byte[] Pod(int variables)
    {
        byte[] owner = Field(
            13,
            Text(1, "ReplicaSet"),
            Text(3, "web-5d8f7c9b6d"),
            Text(4, "0a1b2c3d-0000-0000-0000-000000000002"),
            Text(5, "apps/v1"),
            Number(6, 1)
        );
        byte[] metadata = Field(
            1,
            Text(1, "web-5d8f7c9b6d-abcde"),
            Text(3, "default"),
            Text(5, "0a1b2c3d-0000-0000-0000-000000000001"),
            Text(6, "123456"),
            Field(8, Time),
            Entry(11, "app", "web"),
            owner
        );
        byte[][] environment =
        [
            .. Enumerable
                .Range(0, variables)
                .Select(static number => Field(7, Text(1, "SETTING_" + number.ToString(CultureInfo.InvariantCulture)), Text(2, "a value"))),
        ];
        byte[][] mounts =
        [
            .. Enumerable
                .Range(0, variables)
                .Select(static number => Field(9, Text(1, "volume"), Text(3, "/mnt/" + number.ToString(CultureInfo.InvariantCulture)))),
        ];
        byte[] resources = Field(
            8,
            Field(2, Text(1, "cpu"), Field(2, Text(1, "250m"))),
            Field(2, Text(1, "memory"), Field(2, Text(1, "256Mi")))
        );
        byte[] spec = Field(
            2,
            Field(2, [Text(1, "main"), Text(2, "registry.example.com/main:1"), .. environment, resources, .. mounts]),
            Text(3, "Always"),
            Number(4, 30),
            Text(10, "node-1"),
            Text(19, "default-scheduler"),
            Number(25, 0)
        );
        byte[] status = Field(
            3,
            Text(1, "Running"),
            Field(2, Text(1, "Ready"), Text(2, "True"), Field(4, Time)),
            Text(5, "10.0.0.1"),
            Text(6, "10.1.0.1"),
            Field(7, Time),
            Field(8, Text(1, "main"), Field(2, Field(2, Field(1, Time))), Field(3), Number(4, 1), Number(5, 0))
        );
        return [.. metadata, .. spec, .. status];
    }
}
