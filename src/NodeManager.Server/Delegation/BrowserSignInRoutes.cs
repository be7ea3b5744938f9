using System.Text.RegularExpressions;
using NodeManager.Server.Access;
using NodeManager.Server.Metrics;
using NodeManager.Server.OpenIdConnect;
using NodeManager.Server.Options;
using NodeManager.Server.Pages;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Delegation;

/// <summary>Sign-in of browsers at the issuer that the API server trusts, refresh and sign-out.</summary>
internal sealed partial class BrowserSignInRoutes(
    OidcSettings settings,
    IssuerSignIn signIn,
    SignInCookies cookies,
    BrowserSessions sessions,
    AccessReviewer reviewer,
    AuditLog audit,
    ServerTelemetry telemetry
)
{
    private const int LongestPage = 1_000;

    // None of them requires valid credentials: an ID token may have expired.
    public void Map(IEndpointRouteBuilder routes)
    {
        Add(routes.MapGet(SignInPaths.Start, (Delegate)StartAsync));
        Add(routes.MapGet(SignInPaths.Callback, (Delegate)CompleteAsync));
        Add(routes.MapPost(SignInPaths.Refresh, (Delegate)RefreshAsync));
        Add(routes.MapPost(SignInPaths.SignOut, (Delegate)SignOutAsync));
    }

    /// <summary>The page to return to: a path of the console, else its start. The origin and the prefix never come from the request.</summary>
    public static string PageOf(string? asked) =>
        asked is { Length: <= LongestPage } && PagePattern().IsMatch(asked) ? asked : PageRoutes.Console;

    private static void Add(RouteHandlerBuilder route) => route.AllowAnonymous().ExcludeFromDescription();

    private async Task<IResult> StartAsync(HttpContext context)
    {
        try
        {
            (SignInAttempt attempt, string address) = await signIn.BeginAsync(
                PageOf(context.Request.Query["return"]),
                context.RequestAborted
            );
            cookies.WriteAttempt(context, attempt);
            return Results.Redirect(address);
        }
        catch (SignInException problem)
        {
            return Failed(problem);
        }
    }

    private async Task<IResult> CompleteAsync(HttpContext context)
    {
        SignInAttempt? attempt = cookies.FindAttempt(context);
        // An attempt has one answer.
        cookies.DeleteAttempt(context);
        try
        {
            BrowserSession session = await signIn.CompleteAsync(attempt, context.Request.Query, context.RequestAborted);
            if (
                await reviewer.AuthenticateAsync(session.IdToken, CallerAddress.Of(context), isFresh: true, context.RequestAborted)
                is not { } user
            )
                throw new SignInException(SignInFailure.Unknown, "the API server does not accept the ID token");
            if (!cookies.WriteSession(context, session))
                throw new SignInException(SignInFailure.TooLarge, "the tokens are too large for cookies");
            telemetry.SignedIn(true);
            audit.Acted(user.Name, "sign in", settings.Issuer, "accepted");
            return Results.Redirect(settings.Prefix + attempt!.ReturnTo);
        }
        catch (SignInException problem)
        {
            return Failed(problem);
        }
    }

    private async Task<IResult> RefreshAsync(HttpContext context)
    {
        if (sessions.Find(context) is not { } session)
            return Unauthorized("There is no session of this browser, or it has ended.");
        try
        {
            BrowserSession next = await signIn.RefreshAsync(session, context.RequestAborted);
            if (!cookies.WriteSession(context, next))
                throw new SignInException(SignInFailure.TooLarge, "the tokens are too large for cookies");
            return Results.NoContent();
        }
        catch (SignInException problem) when (problem.Failure == SignInFailure.Unavailable)
        {
            return Results.Json(
                new ApiError("IssuerUnavailable", $"The session was not renewed: {problem.Message}.", "Try again."),
                statusCode: StatusCodes.Status503ServiceUnavailable
            );
        }
        catch (SignInException problem)
        {
            sessions.End(context, session);
            audit.Failed("refresh a session", settings.Issuer, $"{problem.Failure}: {problem.Message}");
            return Unauthorized("The issuer did not renew the session.");
        }
    }

    private async Task<IResult> SignOutAsync(HttpContext context)
    {
        if (sessions.Find(context) is not { } session)
            return Unauthorized("There is no session of this browser, or it has ended.");
        sessions.End(context, session);
        return Results.Json(new ApiSignedOut(await signIn.EndAsync(session, context.RequestAborted)));
    }

    private IResult Failed(SignInException problem)
    {
        telemetry.SignedIn(false);
        audit.Failed("sign in", settings.Issuer, $"{problem.Failure}: {problem.Message}");
        return Results.Redirect($"{settings.Prefix}{PageRoutes.Console}?sign-in={problem.Failure}");
    }

    private static IResult Unauthorized(string message) =>
        Results.Json(new ApiError("Unauthorized", message, "Sign in again."), statusCode: StatusCodes.Status401Unauthorized);

    // No backslash, no control character, no fragment and no dot segment.
    [GeneratedRegex(
        @"\A/admin(/(?!\.{1,2}(/|\?|\z))([A-Za-z0-9._~:@!$&'()*+,;=-]|%(2[0-9A-DF]|[3-9A-F][0-9A-F]))*)*(\?[A-Za-z0-9._~:@!$&'()*+,;=/?%-]*)?\z"
    )]
    private static partial Regex PagePattern();
}

/// <param name="Location">Where the browser signs out of the issuer; null: nowhere.</param>
internal sealed record ApiSignedOut(string? Location);
