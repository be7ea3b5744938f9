using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>From a request on, the watches of nodes report nothing: what a client has cached stays as it is.</summary>
/// <param name="inner">Leads to the server.</param>
/// <param name="begins">The request, and what happens before it is sent; null for other requests.</param>
internal sealed class SilentNodeWatches(HttpMessageHandler inner, Func<HttpRequestMessage, Task<Func<Task>?>> begins)
    : DelegatingHandler(inner)
{
    private volatile bool _isSilent;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_isSilent && await begins(request) is { } change)
        {
            _isSilent = true;
            await change();
        }

        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        if (!IsWatch(request.RequestUri!))
            return answer;
        StreamContent content = new(new SilentStream(await answer.Content.ReadAsStreamAsync(cancellationToken), this));
        foreach ((string name, IEnumerable<string> values) in answer.Content.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        answer.Content = content;
        return answer;
    }

    private static bool IsWatch(Uri uri) =>
        uri.AbsolutePath.EndsWith("/api/v1/nodes", StringComparison.Ordinal) && uri.Query.Contains("watch=", StringComparison.Ordinal);

    private sealed class SilentStream(Stream inner, SilentNodeWatches watches) : ReadOnlyStream(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await Inner.ReadAsync(buffer, cancellationToken);
            if (watches._isSilent)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return count;
        }
    }
}
