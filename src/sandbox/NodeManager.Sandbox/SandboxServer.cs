using System.Net;
using System.Security.Cryptography.X509Certificates;
using NodeManager.Sandbox.Http;

namespace NodeManager.Sandbox;

/// <summary>Serves an embedded cluster on loopback over HTTPS, for clients with its kubeconfig.</summary>
public sealed class SandboxServer : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly ConnectionListener _listener;
    private readonly ServedKubeconfig? _kubeconfig;

    internal SandboxServer(SandboxCluster cluster, SandboxServerOptions options, ServerLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Port, IPEndPoint.MinPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Port, IPEndPoint.MaxPort);
        ServerIdentity identity = options.IdentityPath is { } path
            ? ServerIdentity.LoadOrCreate(path, TimeProvider.System)
            : ServerIdentity.Make(TimeProvider.System);
        _certificate = identity.LoadCertificate();
        ConnectionListener? listener = null;
        try
        {
            _listener = listener = new(
                options.Port,
                _certificate,
                new(cluster.Api, () => cluster.Pools.Api, identity.Token, cluster.Time),
                limits
            );
            Address = new($"https://127.0.0.1:{_listener.Port}");
            Access = new(Address, identity.AuthorityPem, identity.Token);
            _kubeconfig = options.WritesKubeconfig
                ? ServedKubeconfig.Write(options.KubeconfigPath, Address, identity.AuthorityPem, identity.Token)
                : null;
            KubeconfigPath = _kubeconfig?.Path ?? "";
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

    /// <summary>Access for another process. Holds the token: never print it.</summary>
    public SandboxAccess Access { get; }

    /// <summary>For <c>kubectl --kubeconfig …</c>. Holds the token. Empty without a file.</summary>
    public string KubeconfigPath { get; }

    /// <summary>Closes connections. The cluster continues.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _kubeconfig?.Dispose();
        _certificate.Dispose();
    }
}

public sealed record SandboxAccess(Uri Server, string AuthorityPem, string Token)
{
    /// <summary>Without the token.</summary>
    public override string ToString() => Server.ToString();
}
