using System.Buffers;
using System.Text;
using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Kubernetes.Tests.Watching;

/// <summary>A line is read the same wherever buffers end and in whatever order the server writes.</summary>
public sealed class WatchLineTests
{
    [Theory]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"k":"}"} } } }""")]
    [InlineData("""{"object":{"metadata":{"name":"a","labels":{"k":"}"} } },"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"k":"}"} } },"more":{"x":[1]} }""")]
    [InlineData("""{"more":null,"type":"ADDED","object":{"metadata":{"name":"a","labels":{"k":"}"} } } } """)]
    public void A_line_is_read_in_any_order_and_in_any_two_parts(string text)
    {
        byte[] line = Encoding.UTF8.GetBytes(text);
        for (int cut = 0; cut < line.Length; cut++)
        {
            WatchLine<Node> read = WatchLine<Node>.Parse(Split(line, cut), Resources.Nodes.Item);

            Assert.Equal((WatchLineKind.Added, "a", "}"), (read.Kind, read.Object!.Metadata.Name, read.Object.Metadata.Labels!["k"]));
        }
    }

    [Theory]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}""")]
    [InlineData("""{"type":"ADDED","object":null}""")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"object":{} }""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":7} }""")]
    [InlineData("[]")]
    public void A_line_that_is_not_an_event_is_an_error(string text) =>
        Assert.ThrowsAny<JsonException>(() => WatchLine<Node>.Parse(new(Encoding.UTF8.GetBytes(text)), Resources.Nodes.Item));

    [Fact]
    public void The_reason_why_a_server_ends_a_watch_is_read()
    {
        byte[] line = Encoding.UTF8.GetBytes("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"} }""");

        Assert.Equal(410, WatchLine<Node>.Parse(new(line), Resources.Nodes.Item).Error?.Code);
    }

    private static ReadOnlySequence<byte> Split(byte[] line, int cut)
    {
        Part first = new(line.AsMemory(0, cut), null),
            last = new(line.AsMemory(cut), first);
        return new(first, 0, last, line.Length - cut);
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> bytes, Part? before)
        {
            Memory = bytes;
            if (before is null)
                return;
            RunningIndex = before.Memory.Length;
            before.Next = this;
        }
    }
}
