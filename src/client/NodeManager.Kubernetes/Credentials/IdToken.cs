namespace NodeManager.Kubernetes.Credentials;

/// <summary>An OpenID Connect token.</summary>
/// <param name="Expires">From the token.</param>
internal sealed record IdToken(string Token, DateTimeOffset Expires)
{
    public override string ToString() => $"until {Expires:u}";
}
