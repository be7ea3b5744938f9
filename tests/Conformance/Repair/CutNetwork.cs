namespace NodeManager.Conformance.Repair;

/// <summary>A network that can be cut: requests fail, and so do the answers that are in progress, watches too.</summary>
internal sealed class CutNetwork : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _cut = new();

    public HttpMessageHandler Wrap(HttpMessageHandler inner) => new Handler(inner, this);

    public void Cut() => Current.Cancel();

    public void Restore()
    {
        lock (_lock)
            _cut = new();
    }

    public void Dispose() => _cut.Dispose();

    private CancellationTokenSource Current
    {
        get
        {
            lock (_lock)
                return _cut;
        }
    }

    private static HttpRequestException Refused() => new(HttpRequestError.ConnectionError, "Connection refused");

    private sealed class Handler(HttpMessageHandler inner, CutNetwork network) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            CancellationToken cut = network.Current.Token;
            if (cut.IsCancellationRequested)
                throw Refused();
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            if (cut.IsCancellationRequested)
            {
                answer.Dispose();
                throw Refused();
            }

            StreamContent content = new(new CutStream(await answer.Content.ReadAsStreamAsync(cancellationToken), cut));
            foreach ((string name, IEnumerable<string> values) in answer.Content.Headers)
                content.Headers.TryAddWithoutValidation(name, values);
            answer.Content = content;
            return answer;
        }
    }

    private sealed class CutStream(Stream inner, CancellationToken cut) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cut, cancellationToken);
            try
            {
                return await inner.ReadAsync(buffer, either.Token);
            }
            catch (OperationCanceledException) when (cut.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new IOException("Connection reset");
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

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
    }
}
