namespace NodeManager.Conformance.Maintenance;

/// <summary>Stands between a client and its server; nothing comes through while it is off.</summary>
internal sealed class NetworkSwitch : DelegatingHandler
{
    public volatile bool IsOff;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        IsOff ? throw new HttpRequestException(HttpRequestError.ConnectionError, "the network is gone") : base.SendAsync(request, cancellationToken);
}
