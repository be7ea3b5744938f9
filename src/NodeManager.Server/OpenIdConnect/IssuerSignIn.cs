using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using NodeManager.Server.Access;
using NodeManager.Server.Options;

namespace NodeManager.Server.OpenIdConnect;

/// <summary>The authorization code flow with PKCE, the refresh, and the sign-out. Thread-safe.</summary>
internal sealed class IssuerSignIn(OidcSettings settings, IssuerClient issuer, IdTokenCheck check, TimeProvider time)
{
    /// <summary>How long a person may take to sign in at the issuer.</summary>
    public static readonly TimeSpan AttemptLifetime = TimeSpan.FromMinutes(10);

    private static readonly string[] UsualScopes = ["profile", "email", "groups", "offline_access"];

    /// <summary>A new attempt, and the address of the issuer that continues it.</summary>
    /// <exception cref="SignInException">The issuer is unavailable.</exception>
    public async Task<(SignInAttempt Attempt, string Address)> BeginAsync(string returnTo, CancellationToken stop)
    {
        OpenIdConnectConfiguration metadata = await issuer.MetadataAsync(isFresh: false, stop);
        SignInAttempt attempt = new(
            AccessSecret.Create(),
            AccessSecret.Create(),
            AccessSecret.Create(),
            returnTo,
            time.GetUtcNow() + AttemptLifetime
        );
        Dictionary<string, string?> query = new()
        {
            ["response_type"] = "code",
            ["client_id"] = settings.ClientId,
            ["redirect_uri"] = settings.AddressOf(SignInPaths.Callback),
            ["scope"] = string.Join(' ', Scopes(metadata)),
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.Verifier))),
            ["code_challenge_method"] = "S256",
        };
        return (attempt, Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString(metadata.AuthorizationEndpoint, query));
    }

    /// <summary>Completes an attempt with the issuer's answer.</summary>
    /// <param name="attempt">Null: this browser began none.</param>
    /// <exception cref="SignInException">See <see cref="SignInFailure"/>.</exception>
    public async Task<BrowserSession> CompleteAsync(SignInAttempt? attempt, IQueryCollection answer, CancellationToken stop)
    {
        if (attempt is null || attempt.ExpiresAt <= time.GetUtcNow() || !IsSame(answer["state"].ToString(), attempt.State))
            throw new SignInException(SignInFailure.Expired, "the answer belongs to no sign-in of this browser");
        if (answer["iss"].ToString() is { Length: > 0 } from && from != settings.Issuer)
            throw new SignInException(SignInFailure.Invalid, "another issuer answered");
        if (answer["code"].ToString() is not { Length: > 0 } code)
            throw new SignInException(SignInFailure.Refused, "the issuer sent no code");
        IssuedTokens tokens = await issuer.ExchangeAsync(code, attempt.Verifier, stop);
        JsonWebToken claims = await check.ValidateAsync(tokens.IdToken, attempt.Nonce, subject: null, stop);
        return new(
            AccessSecret.Create(),
            tokens.IdToken,
            tokens.RefreshToken,
            claims.Subject,
            attempt.Nonce,
            time.GetUtcNow(),
            claims.ValidTo
        );
    }

    /// <summary>The same session with new tokens.</summary>
    /// <exception cref="SignInException">Unavailable: worth another attempt. Any other: the session has ended.</exception>
    public async Task<BrowserSession> RefreshAsync(BrowserSession session, CancellationToken stop)
    {
        if (session.RefreshToken is not { } used)
            throw new SignInException(SignInFailure.Refused, "the issuer gave no refresh token");
        IssuedTokens tokens = await issuer.RefreshAsync(used, stop);
        JsonWebToken claims = await check.ValidateAsync(tokens.IdToken, session.Nonce, session.Subject, stop);
        return session with { IdToken = tokens.IdToken, RefreshToken = tokens.RefreshToken ?? used, ExpiresAt = claims.ValidTo };
    }

    /// <summary>Revokes the refresh token, and returns where the browser signs out of the issuer; null: the issuer has no such page.</summary>
    public async Task<string?> EndAsync(BrowserSession session, CancellationToken stop)
    {
        if (session.RefreshToken is { } token)
            await issuer.RevokeAsync(token, stop);
        try
        {
            string address = (await issuer.MetadataAsync(isFresh: false, stop)).EndSessionEndpoint;
            if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? page) || page.Scheme != Uri.UriSchemeHttps)
                return null;
            // Without the ID token, which would be a credential in an address: the issuer asks the person instead.
            return Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString(
                address,
                new Dictionary<string, string?>
                {
                    ["client_id"] = settings.ClientId,
                    ["post_logout_redirect_uri"] = settings.AddressOf("/"),
                }
            );
        }
        catch (SignInException)
        {
            return null;
        }
    }

    private IEnumerable<string> Scopes(OpenIdConnectConfiguration metadata) =>
        settings.Scopes.Count > 0
            ? settings.Scopes.Prepend("openid").Distinct(StringComparer.Ordinal)
            : UsualScopes.Intersect(metadata.ScopesSupported).Prepend("openid");

    private static bool IsSame(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
