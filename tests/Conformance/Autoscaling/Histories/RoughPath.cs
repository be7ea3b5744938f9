using System.Net;

namespace NodeManager.Conformance.Autoscaling.Histories;

/// <summary>The way from a controller to its API server: it can lose requests and answers, hold back what watches tell, and end with its process.</summary>
internal sealed class RoughPath(HttpMessageHandler inner, Func<double> chance) : DelegatingHandler(inner)
{
    private readonly CancellationTokenSource _killed = new();
    private volatile TaskCompletionSource? _frozen;
    private int _left = int.MaxValue;

    /// <summary>The share of requests that never arrive, and as many whose answers never do.</summary>
    public double Lossy { get; set; }

    /// <summary>The process ends after so many further requests.</summary>
    public void KillAfter(int requests) => _left = requests;

    public bool IsKilled => _killed.IsCancellationRequested;

    /// <summary>Watches tell nothing until it is over: caches are as old as this.</summary>
    public void Freeze() => _frozen ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw()
    {
        _frozen?.TrySetResult();
        _frozen = null;
    }

    /// <summary>One more request, of whatever kind, of a process that may end with it.</summary>
    public void Count()
    {
        if (Interlocked.Decrement(ref _left) < 0)
            _killed.Cancel();
        if (IsKilled)
            throw new ProcessEndedException();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        bool isWatch = request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal);
        if (isWatch)
        {
            HttpResponseMessage told = await base.SendAsync(request, cancellationToken);
            if (told.StatusCode == HttpStatusCode.OK)
                told.Content = new StreamContent(new HeldStream(await told.Content.ReadAsStreamAsync(cancellationToken), this));
            return told;
        }

        Count();
        double roll = chance();
        if (roll < Lossy)
            throw new HttpRequestException("injected: lost request", new IOException("reset"));
        // What has left cannot be called back.
        HttpResponseMessage answer = await base.SendAsync(request, CancellationToken.None);
        if (IsKilled)
            throw new ProcessEndedException();
        if (roll > 1 - Lossy)
        {
            answer.Dispose();
            throw new HttpRequestException("injected: lost answer", new IOException("reset"));
        }

        return answer;
    }

    /// <summary>What a watch tells, while nothing holds it back.</summary>
    private sealed class HeldStream(Stream inner, RoughPath path) : Testing.ReadOnlyStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            while (path._frozen is { } frozen)
                await frozen.Task.WaitAsync(cancellationToken);
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

/// <summary>The process ends here.</summary>
internal sealed class ProcessEndedException : OperationCanceledException;
