using System.Buffers;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>
/// Streams the fields of a message, so that one item of a long list is buffered at a time. Rents its buffer: dispose it after the last use
/// of its bytes.
/// </summary>
internal sealed class WireStream(Stream stream) : IDisposable
{
    private const int SmallestBuffer = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(SmallestBuffer);
    private int _start,
        _end;
    private long _read;

    /// <summary>Consumed bytes.</summary>
    public long Position => _read - (_end - _start);

    /// <summary>True if the next bytes have to be read first.</summary>
    public bool IsEmpty => _end == _start;

    /// <returns>False at the end of the stream.</returns>
    public async ValueTask<bool> HasMoreAsync(CancellationToken cancellationToken) => !IsEmpty || await FillAsync(cancellationToken) > 0;

    /// <exception cref="EndOfStreamException">The stream is truncated.</exception>
    public async ValueTask<ulong> ReadVarintAsync(CancellationToken cancellationToken)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (IsEmpty)
                await EnsureAsync(1, cancellationToken);
            byte next = _buffer[_start++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw WireReader.Malformed();
    }

    /// <returns>Valid until the next call.</returns>
    /// <exception cref="EndOfStreamException">The stream is truncated.</exception>
    /// <exception cref="InvalidDataException">The count is implausible.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(ulong count, CancellationToken cancellationToken)
    {
        if (count > (ulong)Array.MaxLength)
            throw WireReader.Malformed();
        if ((int)count > _end - _start)
            await EnsureAsync((int)count, cancellationToken);
        ReadOnlyMemory<byte> taken = _buffer.AsMemory(_start, (int)count);
        _start += (int)count;
        return taken;
    }

    /// <summary>Skips a field of the wire type.</summary>
    public async ValueTask SkipAsync(ulong wireType, CancellationToken cancellationToken)
    {
        switch (wireType)
        {
            case 0:
                await ReadVarintAsync(cancellationToken);
                break;
            case 1:
                await TakeAsync(8, cancellationToken);
                break;
            case 2:
                await TakeAsync(await ReadVarintAsync(cancellationToken), cancellationToken);
                break;
            case 5:
                await TakeAsync(4, cancellationToken);
                break;
            default:
                throw WireReader.Malformed();
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask EnsureAsync(int count, CancellationToken cancellationToken)
    {
        if (_buffer.Length - _start < count)
            MakeRoom(count);
        while (_end - _start < count)
            if (await FillAsync(cancellationToken) == 0)
                throw new EndOfStreamException("The answer ended before its end.");
    }

    private void MakeRoom(int count)
    {
        byte[] into = count <= _buffer.Length ? _buffer : ArrayPool<byte>.Shared.Rent(Math.Max(count, 2 * _buffer.Length));
        _buffer.AsSpan(_start.._end).CopyTo(into);
        if (into != _buffer)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = into;
        (_start, _end) = (0, _end - _start);
    }

    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        if (IsEmpty)
            _start = _end = 0;
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        _read += read;
        return read;
    }
}
