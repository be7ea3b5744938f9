using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.PoolService;

internal static class PoolServiceTransport
{
    public static HttpMessageHandler Create(PoolServiceConfiguration configuration) =>
        ProviderHttp.Transport(
            Authorities(configuration),
            configuration.SkipCertificateCheck,
            configuration.Proxy,
            DecompressionMethods.GZip
        );

    private static X509Certificate2Collection? Authorities(PoolServiceConfiguration configuration)
    {
        if (configuration is { SkipCertificateCheck: false, CertificateAuthority: { Length: > 0 } pem })
        {
            X509Certificate2Collection handed = [];
            handed.ImportFromPem(pem);
            return handed;
        }

        return configuration is { SkipCertificateCheck: false, CertificateAuthorityPath: { Length: > 0 } path } ? Read(path) : null;
    }

    private static X509Certificate2Collection Read(string path)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Invalid(path, e.Message, e);
        }

        return authorities.Count > 0 ? authorities : throw Invalid(path, "it contains no certificate", null);
    }

    private static NodeManagerException Invalid(string path, string why, Exception? cause) =>
        new(
            ErrorIds.PoolServiceInvalid,
            ErrorKind.InvalidArgument,
            $"The pool service's certificate authorities cannot be read from '{path}': {why}",
            path,
            "Give a PEM file that this user can read.",
            cause
        );
}
