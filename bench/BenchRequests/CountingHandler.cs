using System.Collections.Concurrent;

namespace NodeManager.Bench;

/// <summary>Counts requests, watches, and how many watches are open at a time: over HTTP/1.1 each takes a connection of its own.</summary>
internal sealed class CountingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentDictionary<string, int> _watches = new();
    private int _requests,
        _open,
        _peak;

    public int Requests => _requests;

    public int Watches => _watches.Values.Sum();

    public int PeakOfWatches => _peak;

    /// <summary>How many watches of each kind were opened, most first.</summary>
    public string Kinds =>
        string.Join(", ", _watches.OrderByDescending(static kind => kind.Value).Select(static kind => $"{kind.Value} {kind.Key}"));

    public void Reset()
    {
        _watches.Clear();
        _requests = 0;
        _peak = _open;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (!request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal))
            return response;
        _watches.AddOrUpdate(request.RequestUri.Segments[^1], 1, static (_, count) => count + 1);
        int open = Interlocked.Increment(ref _open);
        for (int peak = _peak; open > peak; peak = _peak)
            Interlocked.CompareExchange(ref _peak, open, peak);
        response.Content = new CountedContent(response.Content, () => Interlocked.Decrement(ref _open));
        return response;
    }

    private sealed class CountedContent(HttpContent inner, Action closed) : HttpContent
    {
        private Action? _closed = closed;

        protected override Task<Stream> CreateContentReadStreamAsync() => inner.ReadAsStreamAsync();

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            inner.CopyToAsync(stream, context);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Interlocked.Exchange(ref _closed, null)?.Invoke();
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
