namespace NodeManager.Testing;

/// <summary>A stream in memory whose asynchronous reads return few bytes each, as those of a network may.</summary>
/// <param name="size">Of a read at most, in bytes.</param>
public sealed class PiecewiseStream(byte[] bytes, int size) : MemoryStream(bytes)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return await base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
