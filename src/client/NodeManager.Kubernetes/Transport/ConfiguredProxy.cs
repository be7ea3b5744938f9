using System.Net;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Kubernetes.Transport;

/// <summary>The kubeconfig's <c>proxy-url</c> for all requests. Its address has no password, because exceptions quote it.</summary>
internal sealed class ConfiguredProxy(Uri proxy) : IWebProxy
{
    private readonly Uri _address = proxy.WithoutCredentials();

    public ICredentials? Credentials { get; set; } = proxy.Credentials();

    public Uri? GetProxy(Uri destination) => _address;

    public bool IsBypassed(Uri host) => false;
}
