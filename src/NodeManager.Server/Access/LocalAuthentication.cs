using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Access;

/// <summary>
/// Authenticates local tokens and browser sessions from the Authorization header. There are no cookies, which browsers send to every port
/// of a host, and so to servers of other users.
/// </summary>
internal sealed class LocalAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    LocalTokens tokens,
    SignIns signIns
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Local";

    /// <summary>The authentication type of browser sessions.</summary>
    public const string Browser = "browser";

    private const string Bearer = "Bearer ";

    /// <summary>The bearer token of a request; empty without one.</summary>
    public static string TokenOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } header && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..]
            : "";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization.Count == 0)
            return Task.FromResult(AuthenticateResult.NoResult());
        string token = TokenOf(Request);
        return Task.FromResult(
            tokens.Find(token) is { } grant ? Accept(grant, "token")
            : signIns.Find(token) is { } session ? Accept(session, Browser)
            : AuthenticateResult.Fail("The token is not valid.")
        );
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        ApiErrors.ChallengeAsync(
            Context,
            "Send a token that the server printed at its start, as 'Authorization: Bearer TOKEN', or open its sign-in link."
        );

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ApiErrors.WriteAsync(
            Context,
            StatusCodes.Status403Forbidden,
            new(
                ErrorIds.Forbidden,
                $"{Request.Method} {Request.Path} requires the level '{AccessLevel.Admin}'; these credentials have '{AccessLevel.Viewer}'.",
                "Use the admin token."
            )
        );

    private AuthenticateResult Accept(Grant grant, string how)
    {
        Context.Features.Set(grant);
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, $"local-{grant.Level}"),
                new Claim(ClaimTypes.Role, grant.Level),
                new Claim(ClaimTypes.AuthenticationMethod, how),
            ],
            Scheme.Name
        );
        return AuthenticateResult.Success(new(new(identity), Scheme.Name));
    }
}
