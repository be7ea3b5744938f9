namespace NodeManager.Testing;

/// <summary>Gives so many bytes of another stream; then it ends, or breaks.</summary>
internal sealed class FaultyStream(Stream inner, int bytes, Exception? error) : ReadOnlyStream(inner)
{
    private int _left = bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
            return error is null ? 0 : throw error;
        int read = await Inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }
}
