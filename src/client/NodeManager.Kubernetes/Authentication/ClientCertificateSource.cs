using System.Security.Cryptography;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>
/// The client certificate of a kubeconfig (client-go: ReloadTLSFiles). Files that another process renews are read again every minute, and when
/// the certificate has expired.
/// </summary>
internal sealed class ClientCertificateSource(ClientCertificate certificate, TimeProvider time)
{
    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private ClientCertificate _current = certificate;
    private long? _read;

    public ClientCertificate Get()
    {
        lock (_lock)
        {
            bool fresh = _read is { } read && time.GetElapsedTime(read) < Trusted && _current.End >= time.GetUtcNow();
            if (!fresh && _current.Files is { } files)
                Read(files);
            return _current;
        }
    }

    private void Read(ClientCertificateFiles files)
    {
        _read = time.GetTimestamp();
        try
        {
            string pem = File.ReadAllText(files.Certificate);
            // A new certificate opens new connections.
            if (pem != files.Pem)
                _current = ClientCertificate.Parse(
                    pem,
                    File.ReadAllText(files.Key),
                    static (part, cause) => new CryptographicException($"The {part} is not valid.", cause)
                ) with
                {
                    Files = files with { Pem = pem },
                };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // The files are being replaced; the former certificate may still be valid.
        }
    }
}
