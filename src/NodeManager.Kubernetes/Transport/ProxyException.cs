using System.Net;
using System.Net.Sockets;

namespace NodeManager.Kubernetes.Transport;

/// <summary>The proxy on the way to the server cannot be reached. Nothing is known of the server.</summary>
internal sealed class ProxyException(DnsEndPoint proxy, SocketException cause) : IOException(cause.Message, cause)
{
    public string Address => $"{proxy.Host}:{proxy.Port}";
}
