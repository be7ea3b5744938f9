using System.Collections.Concurrent;

namespace NodeManager.Conformance.Harness;

/// <summary>
/// Changes sent by processes that are stopped or killed. The server may carry them out later, so that a test must wait for them before the
/// next test can use the same names.
/// </summary>
internal sealed class SentChanges
{
    private readonly ConcurrentDictionary<Task, bool> _running = [];

    public HttpMessageHandler Wrap(HttpMessageHandler inner) => new Handler(inner, this);

    /// <summary>Completes when the server has answered all of them, or their connections failed.</summary>
    public Task WaitAsync() => Task.WhenAny(Task.WhenAll(_running.Keys)).WaitAsync(Eventually.Limit);

    private sealed class Handler(HttpMessageHandler inner, SentChanges changes) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Get)
                return await base.SendAsync(request, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            Task<HttpResponseMessage> sending = base.SendAsync(request, CancellationToken.None);
            changes._running[sending] = true;
            try
            {
                return await sending.WaitAsync(cancellationToken);
            }
            finally
            {
                if (sending.IsCompleted)
                    changes._running.TryRemove(sending, out _);
            }
        }
    }
}
