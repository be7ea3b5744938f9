using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>
/// The TLS settings of an extender, from which the scheduler builds a client when it starts. Files are not checked: they are on the
/// scheduler's machine.
/// </summary>
internal static class ExtenderTlsRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context, YamlPath path, YamlNode? settings)
    {
        var authority = Bytes(settings, "caData");
        if (IsTrue(settings, "insecure") && (authority is not null || ValidationContext.Text(settings, "caFile") is { Length: > 0 }))
            yield return context.Error(
                "ExtenderTls",
                path.Key("insecure"),
                "cannot be combined with caData or caFile",
                "Remove insecure: the certificate is verified with the CA."
            );
        // Earlier clients ignored an unreadable CA and then trusted no certificate.
        if (authority is not null && context.Minor >= 23 && !HoldsCertificates(authority))
            yield return context.Error(
                "ExtenderTls",
                path.Key("caData"),
                "holds no PEM certificates",
                "Encode a PEM file with CA certificates in base64."
            );
        if (Bytes(settings, "certData") is not { } certificate || Bytes(settings, "keyData") is not { } key)
            yield break;
        if (!HoldsCertificates(certificate))
            yield return context.Error(
                "ExtenderTls",
                path.Key("certData"),
                "holds no PEM certificate",
                "Encode a PEM file with a certificate in base64."
            );
        else if (!Labels(key).Any(label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)))
            yield return context.Error(
                "ExtenderTls",
                path.Key("keyData"),
                "holds no PEM private key",
                "Encode a PEM file with the private key in base64."
            );
    }

    private static bool IsTrue(YamlNode? settings, string name) =>
        settings?.Value(name) is { Kind: YamlNodeKind.Scalar } node && YamlScalar.Resolve(node) is true;

    private static string? Bytes(YamlNode? settings, string name)
    {
        if (ValidationContext.Text(settings, name) is not { Length: > 0 } text)
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) && count > 0 ? Encoding.Latin1.GetString(bytes, 0, count) : null;
    }

    private static bool HoldsCertificates(string pem)
    {
        if (!Labels(pem).Contains("CERTIFICATE"))
            return false;
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            foreach (var certificate in certificates)
                certificate.Dispose();
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Labels(string pem)
    {
        for (var rest = pem; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
            yield return rest[fields.Label];
    }
}
