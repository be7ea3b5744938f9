using System.Buffers.Binary;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Tests.Protobuf;
using NodeManager.Kubernetes.Transport;
using NodeManager.Kubernetes.Watching;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Watching;

/// <summary>Events in Protocol Buffers are read the same wherever reads end.</summary>
public sealed class WatchFrameTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Events_are_read_in_any_parts(int atMost)
    {
        byte[] body =
        [
            .. Frame("ADDED", "a", "1"),
            .. Frame("MODIFIED", "a", "2"),
            .. Frame("DELETED", "a", "3"),
            .. Frame("BOOKMARK", "", "4"),
        ];

        List<WatchLine<Node>> read = await ReadAsync(body, atMost);

        Assert.Equal(
            [
                (WatchLineKind.Added, "a", "1"),
                (WatchLineKind.Modified, "a", "2"),
                (WatchLineKind.Deleted, "a", "3"),
                (WatchLineKind.Bookmark, "", "4"),
            ],
            read.Select(static one => (one.Kind, one.Object!.Metadata.Name, one.Object.Metadata.ResourceVersion!))
        );
    }

    [Fact]
    public async Task The_reason_why_a_server_ends_a_watch_is_read()
    {
        byte[] status = [.. WireBytes.Text(4, "Expired"), .. WireBytes.Number(6, 410)];

        WatchLine<Node> read = Assert.Single(await ReadAsync(Frame("ERROR", status), 4096));

        Assert.Equal((WatchLineKind.Error, 410, "Expired"), (read.Kind, read.Error!.Code, read.Error.Reason));
    }

    [Fact]
    public async Task A_body_that_ends_within_an_event_is_an_error()
    {
        byte[] frame = Frame("ADDED", "a", "1");
        for (int length = 1; length < frame.Length; length++)
            await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(frame[..length], 4096));
        Assert.Empty(await ReadAsync([], 4096));
    }

    [Fact]
    public async Task An_event_of_an_unknown_type_or_size_is_an_error()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(Frame("OTHER", "a", "1"), 4096));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(Framed(WireBytes.Text(1, "ADDED")), 4096));
        await Assert.ThrowsAsync<AnswerTooLargeException>(() => ReadAsync([0x7f, 0xff, 0xff, 0xff, 0], 4096));
    }

    private static async Task<List<WatchLine<Node>>> ReadAsync(byte[] body, int atMost)
    {
        List<WatchLine<Node>> read = [];
        using var stream = new PiecewiseStream(body, atMost);
        await foreach (WatchLine<Node> line in WatchFrameReader.ReadAsync(stream, Resources.Nodes.Wire!, null, default))
            read.Add(line);
        return read;
    }

    private static byte[] Frame(string type, string name, string version) =>
        Frame(type, WireBytes.Field(1, WireBytes.Text(1, name), WireBytes.Text(6, version)));

    private static byte[] Frame(string type, byte[] item)
    {
        byte[] envelope = [.. WireEnvelope.Magic, .. WireBytes.Field(1, WireBytes.Text(1, "v1")), .. WireBytes.Field(2, item)];
        return Framed([.. WireBytes.Text(1, type), .. WireBytes.Field(2, WireBytes.Field(1, envelope))]);
    }

    private static byte[] Framed(byte[] message)
    {
        byte[] frame = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
        message.CopyTo(frame, 4);
        return frame;
    }
}
