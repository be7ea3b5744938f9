using NodeManager.Server.Answers;
using NodeManager.Server.Metrics;

namespace NodeManager.Server.Access;

/// <summary>Where a browser exchanges a one-time secret for a session, and ends it.</summary>
internal static class SignInRoutes
{
    public const string Path = "/sign-in";

    /// <summary>Who calls.</summary>
    public const string Me = "/api/v1/me";

    /// <summary>How often an address may try: secrets are not typed, so few attempts are enough.</summary>
    public const string Limit = "sign-in";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, SignIn).AllowAnonymous().RequireRateLimiting(Limit).ExcludeFromDescription();
        routes.MapPost("/sign-out", SignOut).ForViewers().ExcludeFromDescription();
    }

    /// <summary>Who calls, whatever decides about that.</summary>
    public static void MapMe(IEndpointRouteBuilder routes) => routes.MapGet(Me, Caller).ForViewers().Produces<ApiCaller>();

    private static IResult SignIn(HttpContext context, ApiSignIn body, SignIns signIns, ServerTelemetry telemetry)
    {
        string? id = body.Secret is { Length: > 0 } secret ? signIns.Exchange(secret) : null;
        telemetry.SignedIn(id is not null);
        if (id is null)
            return Results.Json(
                new ApiError("Unauthorized", "The sign-in link was used already, or has expired.", "Restart the server, or send a token."), statusCode: StatusCodes.Status401Unauthorized);
        context.Response.Cookies.Append(LocalAuthentication.Cookie, id, new()
        {
            HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, MaxAge = SignIns.SessionLifetime, Path = "/",
        });
        return Results.NoContent();
    }

    private static IResult SignOut(HttpContext context, SignIns signIns)
    {
        if (context.Request.Cookies[LocalAuthentication.Cookie] is { } id) signIns.End(id);
        context.Response.Cookies.Delete(LocalAuthentication.Cookie);
        return Results.NoContent();
    }

    private static IResult Caller(HttpContext context) => Results.Json(
        new ApiCaller(context.User.Identity!.Name!, context.User.IsInRole(AccessLevel.Admin) ? AccessLevel.Admin : AccessLevel.Viewer));
}

/// <param name="Secret">Of the link's fragment.</param>
internal sealed record ApiSignIn(string? Secret);

/// <param name="Name">Who calls, as the audit log names it.</param>
/// <param name="Level"><c>viewer</c> or <c>admin</c>.</param>
internal sealed record ApiCaller(string Name, string Level);
