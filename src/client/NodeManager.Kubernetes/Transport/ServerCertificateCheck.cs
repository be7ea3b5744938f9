using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Verifies the server's certificate with the configured authorities of the cluster, else those of this machine.</summary>
internal sealed class ServerCertificateCheck(ClusterConfiguration configuration)
{
    /// <exception cref="NodeManagerException">CertificateUntrusted, CertificateExpired.</exception>
    public bool Verify(object sender, X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors)
    {
        if (configuration.SkipTlsVerify)
            return true;
        if (presented is not X509Certificate2 certificate || chain is null)
            return false;
        X509ChainStatus[] problems = chain.ChainStatus;
        if (configuration.CertificateAuthorities is { } authorities)
        {
            chain.Reset();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ExtraStore.AddRange(authorities);
            problems = chain.Build(certificate) || EndsAtOneOf(authorities, chain) ? [] : chain.ChainStatus;
            if (problems.Length == 0)
                errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
        }

        // A certificate with its name in the subject only is refused by kubectl too.
        if (!certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any())
            errors |= SslPolicyErrors.RemoteCertificateNameMismatch;
        if (errors == SslPolicyErrors.None)
            return true;
        string presents = $"It presented '{certificate.Subject}', issued by '{certificate.Issuer}'";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            throw Untrusted(
                ErrorIds.CertificateUntrusted,
                $"its certificate is for other names than '{configuration.TlsServerName ?? configuration.Server.IdnHost}' ({Names(certificate)})",
                presents,
                "Use one of these names as the cluster's server in the kubeconfig, or set tls-server-name to one of them. If an attacker might intercept the connection, do not continue."
            );
        if (IsOutOfTime(problems))
            throw Untrusted(
                ErrorIds.CertificateExpired,
                $"its certificate is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u} only",
                presents,
                "Renew the server's certificate, and see that the clock of this machine is right."
            );
        throw Untrusted(ErrorIds.CertificateUntrusted, Problem(problems), presents);
    }

    /// <summary>As in kubectl, any configured authority ends the chain, including intermediate ones.</summary>
    private static bool EndsAtOneOf(X509Certificate2Collection authorities, X509Chain chain) =>
        chain.ChainStatus.All(status => status.Status == X509ChainStatusFlags.PartialChain)
        && chain.ChainElements.LastOrDefault() is { Certificate: { } last }
        && authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(last.RawDataMemory.Span));

    private static bool IsOutOfTime(X509ChainStatus[] problems) =>
        problems.Any(problem => problem.Status.HasFlag(X509ChainStatusFlags.NotTimeValid));

    private static string Problem(X509ChainStatus[] problems)
    {
        X509ChainStatusFlags all = problems.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        return (all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
            ? "its certificate is signed by an authority that is not trusted for this cluster"
            : $"its certificate is refused: {string.Join(", ", problems.Select(problem => problem.Status))}";
    }

    private static string Names(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is null
            ? "it has none"
            : string.Join(", ", names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())));
    }

    private NodeManagerException Untrusted(string id, string problem, string presents, string? action = null)
    {
        string address = configuration.Server.GetLeftPart(UriPartial.Authority);
        return new(
            id,
            ErrorKind.SecurityError,
            $"The server at '{address}' cannot be trusted: {problem}. {presents}.",
            address,
            action
                ?? "Set the cluster's certificate-authority-data in the kubeconfig. If an attacker might intercept the connection, do not continue."
        );
    }
}
