using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using NodeManager.Server.Answers;

namespace NodeManager.Server.Access;

/// <summary>Recognizes callers by a local token or by the cookie of a browser session.</summary>
internal sealed class LocalAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, LocalTokens tokens, SignIns signIns)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Local";

    /// <summary>The cookie of a browser session.</summary>
    public const string Cookie = "nodemanager-session";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            // Who sends a token is that token's, whatever cookie the browser adds.
            return Task.FromResult(header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && tokens.Find(header[Bearer.Length..]) is { } grant
                ? Accept(grant, "token")
                : AuthenticateResult.Fail("The token is not valid."));
        }

        return Task.FromResult(Request.Cookies[Cookie] is { Length: > 0 } id
            ? signIns.Find(id) is { } session ? Accept(session, "browser") : AuthenticateResult.Fail("The browser session has ended.")
            : AuthenticateResult.NoResult());
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return ApiErrors.WriteAsync(Context, StatusCodes.Status401Unauthorized, new(
            "Unauthorized", "The request carries no valid credentials.",
            "Send a token that the server printed at its start, as 'Authorization: Bearer TOKEN', or open its sign-in link."));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiErrors.WriteAsync(
        Context, StatusCodes.Status403Forbidden, new(
            ErrorIds.Forbidden, $"{Request.Method} {Request.Path} requires the level '{AccessLevel.Admin}'; these credentials have '{AccessLevel.Viewer}'.",
            "Use the admin token."));

    private AuthenticateResult Accept(Grant grant, string how)
    {
        Context.Features.Set(grant);
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, $"local-{grant.Level}"), new Claim(ClaimTypes.Role, grant.Level), new Claim(ClaimTypes.AuthenticationMethod, how)], Scheme.Name);
        return AuthenticateResult.Success(new(new(identity), Scheme.Name));
    }
}
