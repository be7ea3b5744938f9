namespace NodeManager.Server.Options;

/// <summary>Sign-in of browsers at the OpenID Connect issuer that the API server trusts.</summary>
/// <param name="Issuer">Exactly as the API server and the issuer name it: a trailing slash counts.</param>
/// <param name="SecretPath">The file with the client's secret; null for a public client.</param>
/// <param name="AuthorityPath">PEM of the authorities that sign the issuer's certificate; null: those of this machine.</param>
/// <param name="Audiences">Trusted in ID tokens, in addition to the client id.</param>
/// <param name="Scopes">Empty: those of <c>profile</c>, <c>email</c>, <c>groups</c> and <c>offline_access</c> that the issuer lists.</param>
/// <param name="ExternalUrl">Where browsers reach the console, with the path prefix of an ingress.</param>
/// <param name="SessionKeyPath">The file with the key of the cookies, which replicas share.</param>
internal sealed record OidcSettings(
    string Issuer,
    string ClientId,
    string? SecretPath,
    string? AuthorityPath,
    IReadOnlyList<string> Audiences,
    IReadOnlyList<string> Scopes,
    Uri ExternalUrl,
    string SessionKeyPath
)
{
    /// <summary>The only origin whose pages may use a session.</summary>
    public string Origin => ExternalUrl.GetLeftPart(UriPartial.Authority);

    /// <summary>The path prefix, without a slash at its end; empty without a prefix.</summary>
    public string Prefix => ExternalUrl.AbsolutePath.TrimEnd('/');

    /// <summary>An address below the external URL.</summary>
    /// <param name="path">With a slash at its start.</param>
    public string AddressOf(string path) => Origin + Prefix + path;

    /// <summary>What is wrong with an address; null: nothing.</summary>
    /// <param name="option">The option that names it.</param>
    public static string? Check(string option, string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? url)
        && url.Scheme == Uri.UriSchemeHttps
        && url is { Query: "", Fragment: "", UserInfo: "" }
            ? null
            : $"{option} takes an https URL without user, query and fragment.";
}
