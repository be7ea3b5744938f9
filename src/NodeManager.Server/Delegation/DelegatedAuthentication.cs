using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using NodeManager.Server.Access;
using NodeManager.Server.OpenIdConnect;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Delegation;

/// <summary>Authenticates tokens of the API server. <see cref="DelegatedAccess"/> authorizes.</summary>
internal sealed class DelegatedAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    AccessReviewer reviewer,
    DelegatedAccess access,
    TimeProvider time,
    BrowserSessions? sessions = null
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Delegated";

    private const string Bearer = "Bearer ";

    // Timers count in steps of the system's clock, so they may fire a step before the time of day is reached.
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(20);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        BrowserSession? session = header.Length == 0 ? sessions?.Find(Context) : null;
        if (header.Length == 0 && session is null)
            return AuthenticateResult.NoResult();
        string token =
            session is not null ? (session.ExpiresAt > time.GetUtcNow() ? session.IdToken : "")
            : header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim()
            : "";
        if (
            token.Length == 0
            || await reviewer.AuthenticateAsync(token, CallerAddress.Of(Context), isFresh: false, Context.RequestAborted) is not { } user
        )
            return AuthenticateResult.Fail("The token is not valid.");
        Context.Features.Set(user);
        Context.Features.Set(new CallerToken(token));
        Context.Features.Set(GrantOf(token, session));
        // Levels of local tokens do not apply: rules decide per route.
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, user.Name),
                new Claim(ClaimTypes.Role, AccessLevel.Viewer),
                new Claim(ClaimTypes.Role, AccessLevel.Admin),
                new Claim(ClaimTypes.AuthenticationMethod, session is null ? "token-review" : LocalAuthentication.Browser),
                .. user.Groups.Select(static name => new Claim(AuditLog.GroupClaim, name)),
            ],
            Scheme.Name
        );
        return AuthenticateResult.Success(new(new DelegatedPrincipal(identity, user), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        ApiErrors.ChallengeAsync(Context, "Send a token for the cluster's API server, as 'Authorization: Bearer TOKEN'.");

    // Streams outlive cached reviews, so the token and the rights of its user are reviewed repeatedly during the request.
    private Grant GrantOf(string token, BrowserSession? session)
    {
        TimeSpan lifetime = session is null ? Timeout.InfiniteTimeSpan : Remaining(session.ExpiresAt);
        var grant = new Grant(AccessLevel.Admin, lifetime, time);
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
                if (
                    (session is not null && sessions!.HasEnded(session))
                    || await reviewer.AuthenticateAsync(token, source, isFresh: true, CancellationToken.None) is not { } user
                )
                {
                    grant.End();
                    return;
                }

                accepted = time.GetUtcNow();
                await access.RepeatAsync(Context, user);
            }
            catch (NodeManagerException busy)
                when (busy.Kind == ErrorKind.LimitsExceeded && time.GetUtcNow() - accepted < AccessReviewer.KnownFor)
            {
                // The server's own rate limit says nothing about the token: its last review counts until the next one.
            }
            catch (NodeManagerException)
            {
                // A caller who has lost a right or cannot be verified is refused.
                grant.End();
            }
            catch (Exception ended) when (ended is ObjectDisposedException or OperationCanceledException)
            {
                // The request or the session has ended.
            }
        }
    }

    private TimeSpan Remaining(DateTimeOffset end)
    {
        TimeSpan left = end - time.GetUtcNow();
        return left > TimeSpan.Zero ? left + ClockStep : TimeSpan.Zero;
    }
}
