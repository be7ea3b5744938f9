using System.Net;

namespace NodeManager.Kubernetes.Transport;

/// <summary>The proxy on the way to the server cannot be reached, or makes no connection. Nothing is known of the server.</summary>
/// <param name="proxy">The proxy.</param>
/// <param name="why">What happened, without a final period.</param>
/// <param name="cause">What was thrown.</param>
internal sealed class ProxyException(DnsEndPoint proxy, string why, Exception cause) : IOException(why, cause)
{
    /// <summary>The proxy's host and port.</summary>
    public string Address => $"{proxy.Host}:{proxy.Port}";
}
