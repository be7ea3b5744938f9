using System.Net;

namespace NodeManager.Kubernetes.Transport;

/// <summary>A proxy that is unreachable or refuses to connect; the server's state is unknown.</summary>
/// <param name="why">Without a final period.</param>
internal sealed class ProxyException(DnsEndPoint proxy, string why, Exception cause) : IOException(why, cause)
{
    public string Address => $"{proxy.Host}:{proxy.Port}";
}
