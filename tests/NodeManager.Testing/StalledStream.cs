namespace NodeManager.Testing;

/// <summary>A stream of which nothing arrives.</summary>
internal sealed class StalledStream(Stream inner) : ReadOnlyStream(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        return 0;
    }
}
