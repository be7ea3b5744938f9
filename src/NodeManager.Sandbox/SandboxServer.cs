using System.Net;
using System.Security.Cryptography;
using NodeManager.Sandbox.Http;

namespace NodeManager.Sandbox;

/// <summary>An embedded cluster on loopback, over HTTPS, for kubectl and whoever else holds its kubeconfig.</summary>
public sealed class SandboxServer : IDisposable
{
    private readonly ServerCertificates _certificates;
    private readonly ConnectionListener _listener;
    private readonly KubeconfigFile _kubeconfig;

    internal SandboxServer(SandboxCluster cluster, SandboxServerOptions options, ServerLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Port, IPEndPoint.MinPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Port, IPEndPoint.MaxPort);
        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _certificates = new(TimeProvider.System);
        ConnectionListener? listener = null;
        try
        {
            _listener = listener = new(options.Port, _certificates.Server, new(cluster.Api, token, cluster.Time), limits);
            Address = new($"https://127.0.0.1:{_listener.Port}");
            _kubeconfig = KubeconfigFile.Write(options.KubeconfigPath, Address, _certificates.AuthorityPem, token);
            KubeconfigPath = _kubeconfig.Path;
            _listener.Start();
        }
        catch
        {
            listener?.Dispose();
            _certificates.Dispose();
            throw;
        }
    }

    public Uri Address { get; }

    /// <summary>A file that kubectl takes: <c>kubectl --kubeconfig …</c>. It holds the token.</summary>
    public string KubeconfigPath { get; }

    /// <summary>Stops serving: connections are closed. The cluster goes on.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _kubeconfig.Dispose();
        _certificates.Dispose();
    }
}
