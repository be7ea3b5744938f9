namespace NodeManager.Core.Tests.Support;

/// <summary>Passes requests on, and counts the bytes of their bodies and of what is read of the answers.</summary>
internal sealed class ByteCount(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private long _sent,
        _read;

    public long Sent => Interlocked.Read(ref _sent);

    public long Read => Interlocked.Read(ref _read);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } body)
            Interlocked.Add(ref _sent, (await body.ReadAsByteArrayAsync(cancellationToken)).Length);
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        answer.Content = new Counted(answer.Content, count => Interlocked.Add(ref _read, count));
        return answer;
    }

    private sealed class Counted : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly Action<int> _count;

        public Counted(HttpContent inner, Action<int> count)
        {
            (_inner, _count) = (inner, count);
            foreach ((string name, IEnumerable<string> values) in inner.Headers)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() => new CountedStream(await _inner.ReadAsStreamAsync(), _count);

        protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => CreateContentReadStreamAsync();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await using Stream source = await CreateContentReadStreamAsync();
            await source.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class CountedStream(Stream inner, Action<int> count) : Testing.ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            count(read);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
