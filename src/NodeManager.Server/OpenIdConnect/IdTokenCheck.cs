using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodeManager.Server.Options;

namespace NodeManager.Server.OpenIdConnect;

/// <summary>Validates ID tokens: signature, issuer, audience, authorized party, time, subject and nonce.</summary>
internal sealed class IdTokenCheck(OidcSettings settings, IssuerClient issuer, TimeProvider time)
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // Asymmetric ones only: with a symmetric one, who knows the client's secret could sign.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256,
        SecurityAlgorithms.RsaSha384,
        SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256,
        SecurityAlgorithms.EcdsaSha384,
        SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>The claims of a valid ID token.</summary>
    /// <param name="nonce">That of the sign-in.</param>
    /// <param name="subject">That of the session to refresh, whose token may lack the nonce; null at a sign-in.</param>
    /// <exception cref="SignInException">Invalid, or the issuer is unavailable.</exception>
    public async Task<JsonWebToken> ValidateAsync(string token, string nonce, string? subject, CancellationToken stop)
    {
        TokenValidationResult result = await CheckAsync(token, isFresh: false, stop);
        // The issuer may have a new key.
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException)
            result = await CheckAsync(token, isFresh: true, stop);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken valid)
            throw Invalid(result.Exception?.GetType().Name ?? "it is not a token");
        if (valid.Subject is not { Length: > 0 })
            throw Invalid("it has no subject");
        if (subject is not null && valid.Subject != subject)
            throw Invalid("it has another subject");
        string found = ClaimOf(valid, JwtRegisteredClaimNames.Nonce);
        if (found != nonce && (subject is null || found.Length > 0))
            throw Invalid("it has another nonce");
        string party = ClaimOf(valid, JwtRegisteredClaimNames.Azp);
        if (party != settings.ClientId && (party.Length > 0 || !valid.Audiences.Contains(settings.ClientId)))
            throw Invalid("it was issued to another client");
        return valid;
    }

    private async Task<TokenValidationResult> CheckAsync(string token, bool isFresh, CancellationToken stop) =>
        await _handler.ValidateTokenAsync(
            token,
            new()
            {
                ValidIssuer = settings.Issuer,
                IssuerSigningKeys = (await issuer.MetadataAsync(isFresh, stop)).SigningKeys,
                ValidAlgorithms = Algorithms,
                RequireSignedTokens = true,
                RequireExpirationTime = true,
                AudienceValidator = (audiences, _, _) => AreTrusted([.. audiences]),
                LifetimeValidator = (notBefore, expires, _, _) => IsCurrent(notBefore, expires),
            }
        );

    // An audience that is not trusted could use the token too.
    private bool AreTrusted(string[] audiences) =>
        audiences.Length > 0 && audiences.All(one => one == settings.ClientId || settings.Audiences.Contains(one));

    private bool IsCurrent(DateTime? notBefore, DateTime? expires)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return expires > now && (notBefore is null || notBefore <= now + ClockSkew);
    }

    private static string ClaimOf(JsonWebToken token, string name) => token.TryGetPayloadValue(name, out string? value) ? value ?? "" : "";

    private static SignInException Invalid(string reason) => new(SignInFailure.Invalid, $"the ID token is not valid: {reason}");
}
