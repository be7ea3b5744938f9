using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using NodeManager.Server.Access;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Delegation;

/// <summary>Authenticates tokens of the API server. <see cref="DelegatedAccess"/> authorizes.</summary>
internal sealed class DelegatedAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    AccessReviewer reviewer,
    TimeProvider time
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Delegated";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
            return AuthenticateResult.NoResult();
        string token = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : "";
        if (
            token.Length == 0
            || await reviewer.AuthenticateAsync(token, CallerAddress.Of(Context), isFresh: false, Context.RequestAborted) is not { } user
        )
            return AuthenticateResult.Fail("The token is not valid.");
        Context.Features.Set(user);
        Context.Features.Set(GrantOf(token));
        // Levels of local tokens do not apply: rules decide per route.
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, user.Name),
                new Claim(ClaimTypes.Role, AccessLevel.Viewer),
                new Claim(ClaimTypes.Role, AccessLevel.Admin),
                new Claim(ClaimTypes.AuthenticationMethod, "token-review"),
            ],
            Scheme.Name
        );
        return AuthenticateResult.Success(new(new DelegatedPrincipal(identity, user), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        ApiErrors.ChallengeAsync(Context, "Send a token for the cluster's API server, as 'Authorization: Bearer TOKEN'.");

    // Streams outlive cached reviews, so the token is reviewed repeatedly during the request.
    private Grant GrantOf(string token)
    {
        var grant = new Grant(AccessLevel.Admin, Timeout.InfiniteTimeSpan, time);
        string source = CallerAddress.Of(Context);
        DateTimeOffset accepted = time.GetUtcNow();
        ITimer timer = time.CreateTimer(_ => _ = CheckAsync(), null, AccessReviewer.Lifetime, AccessReviewer.Lifetime);
        Context.Response.RegisterForDispose(grant);
        Context.Response.RegisterForDispose(timer);
        return grant;

        async Task CheckAsync()
        {
            try
            {
                if (await reviewer.AuthenticateAsync(token, source, isFresh: true, CancellationToken.None) is null)
                    grant.End();
                else
                    accepted = time.GetUtcNow();
            }
            catch (NodeManagerException busy)
                when (busy.Kind == ErrorKind.LimitsExceeded && time.GetUtcNow() - accepted < AccessReviewer.KnownFor)
            {
                // The server's own rate limit says nothing about the token: its last review counts until the next one.
            }
            catch (NodeManagerException)
            {
                // A caller who cannot be verified is refused.
                grant.End();
            }
            catch (ObjectDisposedException)
            {
                // The request or the session has ended.
            }
        }
    }
}
