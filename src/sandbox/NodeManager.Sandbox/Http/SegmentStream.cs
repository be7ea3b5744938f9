namespace NodeManager.Sandbox.Http;

/// <summary>Reads segments sequentially without joining them.</summary>
internal sealed class SegmentStream(IReadOnlyList<ReadOnlyMemory<byte>> segments) : ReadOnlyStream
{
    private int _index;
    private int _offset;

    public override int Read(Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length && _index < segments.Count)
        {
            ReadOnlySpan<byte> rest = segments[_index].Span[_offset..];
            int count = Math.Min(rest.Length, buffer.Length - total);
            rest[..count].CopyTo(buffer[total..]);
            total += count;
            _offset += count;
            if (count < rest.Length)
                break;
            _index++;
            _offset = 0;
        }

        return total;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
