using System.IO.Pipelines;

namespace NodeManager.Sandbox.Http;

/// <summary>The reading end of a streamed body; disposing it stops the writer.</summary>
internal sealed class WatchedStream(PipeReader reader, CancellationTokenSource ended) : ReadOnlyStream
{
    private readonly Stream _inner = reader.AsStream();

    public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _inner.ReadAsync(buffer, offset, count, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Stop();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Stop()
    {
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The writer has ended already.
        }
    }
}
