using System.Buffers;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>Writes many small pieces into few large arrays, and gives each piece as a segment that stays.</summary>
internal sealed class SegmentWriter : IBufferWriter<byte>
{
    private const int ChunkSize = 256 * 1024;

    private byte[] _chunk = [];
    private int _start;
    private int _end;

    /// <summary>What was written since the last time.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        ReadOnlyMemory<byte> piece = _chunk.AsMemory(_start, _end - _start);
        _start = _end;
        return piece;
    }

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = Math.Max(sizeHint, 1);
        if (_chunk.Length - _end < needed)
        {
            // The piece that is being written moves on; those that were taken keep their array.
            int written = _end - _start;
            var chunk = new byte[Math.Max(ChunkSize, (written + needed) * 2)];
            _chunk.AsSpan(_start, written).CopyTo(chunk);
            (_chunk, _start, _end) = (chunk, 0, written);
        }

        return _chunk.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
