using System.Net;
using System.Security.Cryptography.X509Certificates;
using NodeManager.Sandbox.Http;

namespace NodeManager.Sandbox;

/// <summary>An embedded cluster on loopback, over HTTPS, for kubectl and whoever else holds its kubeconfig.</summary>
public sealed class SandboxServer : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly ConnectionListener _listener;
    private readonly ServedKubeconfig _kubeconfig;

    internal SandboxServer(SandboxCluster cluster, SandboxServerOptions options, ServerLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Port, IPEndPoint.MinPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Port, IPEndPoint.MaxPort);
        ServerIdentity identity = options.IdentityPath is { } path ? ServerIdentity.Keep(path, TimeProvider.System) : ServerIdentity.Make(TimeProvider.System);
        _certificate = identity.LoadCertificate();
        ConnectionListener? listener = null;
        try
        {
            _listener = listener = new(options.Port, _certificate, new(cluster.Api, () => cluster.Pools.Api, identity.Token, cluster.Time), limits);
            Address = new($"https://127.0.0.1:{_listener.Port}");
            _kubeconfig = ServedKubeconfig.Write(options.KubeconfigPath, Address, identity.AuthorityPem, identity.Token);
            KubeconfigPath = _kubeconfig.Path;
            _listener.Start();
        }
        catch
        {
            listener?.Dispose();
            _certificate.Dispose();
            throw;
        }
    }

    public Uri Address { get; }

    /// <summary>A file that kubectl takes: <c>kubectl --kubeconfig …</c>. It holds the token.</summary>
    public string KubeconfigPath { get; }

    /// <summary>Stops serving: connections are closed. The cluster continues.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _kubeconfig.Dispose();
        _certificate.Dispose();
    }
}
