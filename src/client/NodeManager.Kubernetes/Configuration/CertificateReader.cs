using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Certificates and keys of a kubeconfig: inline in base64 (<c>…-data</c>), or in files.</summary>
internal static class CertificateReader
{
    private static readonly string[] OtherMethods = ["token", "tokenFile", "username", "exec"];

    public static X509Certificate2Collection? ReadAuthorities(YamlSection cluster)
    {
        if (ReadPem(cluster, "certificate-authority") is not { } found)
            return null;
        try
        {
            return PemCertificates.Read(found.Pem);
        }
        catch (CryptographicException e)
        {
            throw cluster.Invalid(found.Field, "holds no valid certificate", cause: e);
        }
    }

    public static ClientCertificate? ReadClient(YamlSection user)
    {
        PemText? certificate = ReadPem(user, "client-certificate"),
            key = ReadPem(user, "client-key");
        if (certificate is not { } certificatePem)
        {
            return key is null || OtherMethods.Any(user.Has)
                ? null
                : throw user.Invalid(null, "has a client key but no client-certificate or client-certificate-data");
        }

        if (key is not { } keyPem)
            throw user.Invalid(null, "has a client certificate but no client-key or client-key-data");
        if (keyPem.Pem.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw user.Invalid(keyPem.Field, "is encrypted, which is not supported; decrypt it (openssl pkey)");
        ClientCertificate client = ClientCertificate.Parse(
            certificatePem.Pem,
            keyPem.Pem,
            (part, cause) =>
                part switch
                {
                    ClientCertificate.Part.Certificate => user.Invalid(certificatePem.Field, "holds no valid certificate", cause: cause),
                    ClientCertificate.Part.Algorithm => user.Invalid(
                        certificatePem.Field,
                        "is neither an RSA nor an EC certificate; others cannot be used",
                        cause: cause
                    ),
                    ClientCertificate.Part.Key => user.Invalid(
                        keyPem.Field,
                        "holds no valid private key of the certificate's algorithm",
                        cause: cause
                    ),
                    _ => user.Invalid(keyPem.Field, "does not match the certificate of this user", cause: cause),
                }
        );
        return certificatePem.File is { } certificateFile && keyPem.File is { } keyFile
            ? client with
            {
                Files = new(certificateFile, keyFile, certificatePem.Pem),
            }
            : client;
    }

    /// <summary>kubectl decodes the data of all entries, including those that the context does not use.</summary>
    public static void CheckData(YamlSection? section, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
            if (section?.Text(field) is { } base64)
                Decode(section, field, base64);
    }

    private static byte[] Decode(YamlSection section, string field, string base64) =>
        Base64.TryDecode(base64, out byte[] bytes) ? bytes : throw section.Invalid(field, "is not valid base64");

    private static PemText? ReadPem(YamlSection section, string field)
    {
        string data = field + "-data";
        if (section.Text(data) is { } base64)
        {
            if (section.Text(field) is not null)
                throw section.Invalid(data, $"is used together with {field}: only one of them is allowed");
            return new(data, Encoding.UTF8.GetString(Decode(section, data, base64)), null);
        }

        if (section.Text(field) is not { } path)
            return null;
        string full = KubeconfigPath.Resolve(section, path);
        try
        {
            return new(field, File.ReadAllText(full), full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw section.Invalid(field, $"names a file that cannot be read: {e.Message.TrimEnd('.')}", cause: e);
        }
    }

    /// <param name="File">Null for inline data.</param>
    private sealed record PemText(string Field, string Pem, string? File);
}
