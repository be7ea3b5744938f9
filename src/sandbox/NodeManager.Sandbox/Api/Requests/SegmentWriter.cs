using System.Buffers;

namespace NodeManager.Sandbox.Api.Requests;

/// <summary>Writes small pieces into larger arrays and returns each as a stable segment.</summary>
internal sealed class SegmentWriter : IBufferWriter<byte>
{
    // Below 85,000 bytes: larger arrays remain until the runtime collects all generations, hundreds of MB in a list of 200,000 pods.
    private const int ChunkSize = 64 * 1024;

    private byte[] _chunk = [];
    private int _start;
    private int _end;

    /// <summary>The bytes since the last call.</summary>
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
            // The current piece moves to a new array; earlier segments keep theirs.
            int written = _end - _start;
            var chunk = new byte[Math.Max(ChunkSize, (written + needed) * 2)];
            _chunk.AsSpan(_start, written).CopyTo(chunk);
            (_chunk, _start, _end) = (chunk, 0, written);
        }

        return _chunk.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
