using System.Buffers;
using System.Runtime.InteropServices;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Tests.Api;

public sealed class SegmentWriterTests
{
    /// <summary>The runtime collects arrays of 85,000 bytes or more only with all generations.</summary>
    [Fact]
    public void Pieces_of_a_long_list_keep_their_bytes_in_arrays_of_less_than_85000_bytes()
    {
        SegmentWriter writer = new();
        List<ReadOnlyMemory<byte>> pieces = [];
        for (int number = 0; number < 2_000; number++)
        {
            foreach (int part in new[] { 900, 0, 700 })
                writer.Write(Enumerable.Repeat((byte)number, part).ToArray());
            pieces.Add(writer.Take());
        }

        for (int number = 0; number < pieces.Count; number++)
        {
            Assert.Equal(Enumerable.Repeat((byte)number, 1_600), pieces[number].ToArray());
            Assert.True(MemoryMarshal.TryGetArray(pieces[number], out ArraySegment<byte> piece));
            Assert.InRange(piece.Array!.Length, 1_600, 84_000);
        }
    }
}
