namespace NodeManager.Testing;

/// <summary>A request as a <see cref="TlsServer"/> saw it.</summary>
public sealed record TlsRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string? ClientCertificate, string Protocol, string Body);
