using System.Net;
using NodeManager.Conformance.Harness;
using NodeManager.Testing;

namespace NodeManager.Conformance.Faults;

/// <summary>Takes the right to list and watch a resource away from a client whose watch is open.</summary>
internal sealed class RefusedWatch : DelegatingHandler
{
    private CancellationTokenSource _cut = new();
    private int _requests;
    private int _open;
    private volatile string? _resource;

    /// <summary>Watches opened so far.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Requests since the right was taken away.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public static async Task<(NodeManagerSession Session, RefusedWatch Watch)> ConnectAsync(TestCluster cluster)
    {
        RefusedWatch watch = new();
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            watch.InnerHandler = inner;
            return watch;
        });
        return (session, watch);
    }

    /// <summary>Ends the open watches of a resource, and refuses further lists and watches.</summary>
    public void Refuse(string resource)
    {
        _resource = resource;
        Volatile.Write(ref _requests, 0);
        Interlocked.Exchange(ref _cut, new()).Cancel();
    }

    /// <summary>Gives the right back.</summary>
    public void Permit() => _resource = null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        if (
            _resource is { } refused
            && request.Method == HttpMethod.Get
            && request.RequestUri!.AbsolutePath.EndsWith("/" + refused, StringComparison.Ordinal)
        )
            return await Fault
                .Answer(HttpStatusCode.Forbidden, "Forbidden")
                .ApplyAsync(request, () => base.SendAsync(request, cancellationToken), cancellationToken);
        CancellationToken cut = Volatile.Read(ref _cut).Token;
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        if (!FaultInjectionHandler.IsWatch(request))
            return answer;
        HttpContent content = answer.Content;
        answer.Content = new StreamContent(new CutStream(await content.ReadAsStreamAsync(cancellationToken), cut));
        answer.Content.Headers.ContentType = content.Headers.ContentType;
        Interlocked.Increment(ref _open);
        return answer;
    }

    private sealed class CutStream(Stream inner, CancellationToken cut) : ReadOnlyStream(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cut, cancellationToken);
            try
            {
                return await Inner.ReadAsync(buffer, either.Token);
            }
            catch (OperationCanceledException) when (cut.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
        }
    }
}
