namespace NodeManager.Testing;

/// <summary>
/// Stands between a client and its server and lets requests go wrong as scripted: each fault hits the next request that it is meant for.
/// Put it in place with <c>KubernetesClientOptions.WrapTransport</c>.
/// </summary>
public sealed class FaultInjectionHandler : DelegatingHandler
{
    private readonly Lock _lock = new();
    private readonly List<(Fault Fault, Func<HttpRequestMessage, bool> When)> _script = [];
    private readonly List<string> _requests = [];

    public FaultInjectionHandler() { }

    public FaultInjectionHandler(HttpMessageHandler inner)
        : base(inner) { }

    /// <summary>What was asked: method, path and query, in order.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    /// <summary>How many faults have not struck yet.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
                return _script.Count;
        }
    }

    /// <param name="fault">What goes wrong.</param>
    /// <param name="times">With how many requests.</param>
    /// <param name="when">With which; null: with any.</param>
    public FaultInjectionHandler Inject(Fault fault, int times = 1, Func<HttpRequestMessage, bool>? when = null)
    {
        lock (_lock)
            _script.AddRange(Enumerable.Repeat((fault, when ?? (_ => true)), times));
        return this;
    }

    /// <summary>For <see cref="Inject"/>: watches only.</summary>
    public static bool IsWatch(HttpRequestMessage request) => request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Fault? fault = null;
        lock (_lock)
        {
            _requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
            int found = _script.FindIndex(entry => entry.When(request));
            if (found >= 0)
            {
                fault = _script[found].Fault;
                _script.RemoveAt(found);
            }
        }

        return fault is null
            ? base.SendAsync(request, cancellationToken)
            : fault.ApplyAsync(request, () => base.SendAsync(request, cancellationToken), cancellationToken);
    }
}
