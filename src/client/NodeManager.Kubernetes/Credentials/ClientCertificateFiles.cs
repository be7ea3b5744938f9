namespace NodeManager.Kubernetes.Credentials;

/// <summary>The files of a certificate and its key.</summary>
/// <param name="Certificate">A full path.</param>
/// <param name="Key">A full path.</param>
/// <param name="Pem">The content of the certificate's file when it was read.</param>
internal sealed record ClientCertificateFiles(string Certificate, string Key, string Pem);
