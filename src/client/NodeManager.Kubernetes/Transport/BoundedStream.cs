namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// The body of an answer up to a number of decoded bytes: 4 MB of gzip hold 4 GB, and a process that runs out of memory ends, in PowerShell the session
/// of the user.
/// </summary>
public sealed class BoundedStream(Stream inner, long limit) : Stream
{
    /// <summary>A page of 500 objects with half a MiB each; etcd takes objects of 1.5 MiB, and common ones have a hundredth of that.</summary>
    public const long LargestAnswer = 256L << 20;

    /// <summary>A list in one piece: 200,000 pods.</summary>
    public const long LargestList = 2L << 30;

    /// <summary>A refusal is a <c>Status</c>; more of it serves nobody.</summary>
    public const long LargestRefusal = 1L << 20;

    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int read) => (_read += read) <= limit ? read : throw new AnswerTooLargeException(limit);
}

/// <summary>An answer is larger than any that is expected. It was not read to its end.</summary>
/// <param name="limit">In bytes, decoded.</param>
public sealed class AnswerTooLargeException(long limit) : IOException($"it is larger than {limit >> 20} MiB, and the rest was not read.");

/// <summary>Bounds the answers of connections whose bodies are read elsewhere.</summary>
public sealed class BoundedAnswerHandler(HttpMessageHandler inner, long limit) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        HttpContent content = answer.Content;
        answer.Content = new StreamContent(new BoundedStream(await content.ReadAsStreamAsync(cancellationToken), limit));
        foreach ((string name, IEnumerable<string> values) in content.Headers)
            answer.Content.Headers.TryAddWithoutValidation(name, values);
        return answer;
    }
}
