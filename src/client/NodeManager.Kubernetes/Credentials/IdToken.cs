namespace NodeManager.Kubernetes.Credentials;

/// <summary>A token of OpenID Connect.</summary>
/// <param name="Expires">As the token itself says.</param>
internal sealed record IdToken(string Token, DateTimeOffset Expires)
{
    public override string ToString() => $"until {Expires:u}";
}
