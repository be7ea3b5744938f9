using System.Net;
using System.Text;
using NodeManager.Testing;

namespace NodeManager.Conformance.Faults;

/// <summary>A connection to a server that has a bad day: for as long as it lasts, not for a counted number of requests.</summary>
internal sealed class RoughConnection(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _firstEviction = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _life = new();
    private bool _isDown;
    private int _requests;

    /// <summary>Ends when the first eviction was answered: the drain is in its middle.</summary>
    public Task FirstEviction => _firstEviction.Task;

    /// <summary>Every so many requests one is answered with a 500; 0: none.</summary>
    public int FailsEvery { get; init; }

    /// <summary>So long a watch lives; null: as long as the server lets it.</summary>
    public TimeSpan? WatchLife { get; init; }

    /// <summary>How many requests were answered with a 500, and how many watches were cut.</summary>
    public int Failures { get; private set; }

    /// <summary>The server goes: watches break, nothing is answered.</summary>
    public void GoDown()
    {
        lock (_lock)
            _isDown = true;
        _life.Cancel();
    }

    /// <summary>It is back.</summary>
    public void ComeBack()
    {
        lock (_lock)
        {
            _life = new();
            _isDown = false;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        CancellationToken life;
        lock (_lock)
        {
            _requests++;
            life = _life.Token;
            if (_isDown)
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
            if (FailsEvery > 0 && _requests % FailsEvery == 0)
            {
                Failures++;
                return new(HttpStatusCode.InternalServerError)
                {
                    RequestMessage = request,
                    Content = new StringContent(
                        """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"injected","code":500}""",
                        Encoding.UTF8,
                        "application/json"
                    ),
                };
            }
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (request.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal))
            _firstEviction.TrySetResult();
        if (!FaultInjectionHandler.IsWatch(request))
            return response;
        CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(life);
        if (WatchLife is { } limit)
            cut.CancelAfter(limit);
        StreamContent content = new(new CutStream(await response.Content.ReadAsStreamAsync(cancellationToken), cut, () => Failures++));
        content.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content = content;
        return response;
    }

    /// <summary>Breaks when its token is cancelled.</summary>
    private sealed class CutStream(Stream inner, CancellationTokenSource cut, Action tell) : ReadOnlyStream(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cut.Token, cancellationToken);
            try
            {
                return await Inner.ReadAsync(buffer, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                tell();
                throw new IOException("Connection reset by peer");
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                cut.Dispose();
            base.Dispose(disposing);
        }
    }
}
