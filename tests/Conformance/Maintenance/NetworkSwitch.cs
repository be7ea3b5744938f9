using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Stands between a client and its server; nothing comes through while it is off.</summary>
internal sealed class NetworkSwitch : DelegatingHandler
{
    public volatile bool IsOff;

    /// <summary>A session whose network can be switched off.</summary>
    public static async Task<(NodeManagerSession Session, NetworkSwitch Network)> ConnectAsync(TestCluster cluster)
    {
        NetworkSwitch network = new();
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            network.InnerHandler = inner;
            return network;
        });
        return (session, network);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        IsOff
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "the network is gone")
            : base.SendAsync(request, cancellationToken);
}
