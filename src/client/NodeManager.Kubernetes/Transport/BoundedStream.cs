namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Limits the decoded size of a response: 4 MB of gzip can hold 4 GB, and exhausted memory would end the process, in PowerShell the user's
/// session.
/// </summary>
public sealed class BoundedStream(Stream inner, long limit) : Stream
{
    /// <summary>
    /// A page of 500 objects with 512 KiB each; etcd's limit is 1.5 MiB per object, and typical objects are a hundred times smaller.
    /// </summary>
    public const long LargestAnswer = 256L << 20;

    /// <summary>An unpaged list of 200,000 pods.</summary>
    public const long LargestList = 2L << 30;

    /// <summary>A <c>Status</c>.</summary>
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
        // Read-only.
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

/// <summary>A response exceeds its limit and was not read to its end.</summary>
/// <param name="limit">Decoded bytes.</param>
public sealed class AnswerTooLargeException(long limit) : IOException($"it is larger than {limit >> 20} MiB, and the rest was not read.");

/// <summary>Limits responses that are read elsewhere.</summary>
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
