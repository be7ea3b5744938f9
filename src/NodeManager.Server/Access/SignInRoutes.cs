using System.ComponentModel.DataAnnotations;
using NodeManager.Server.Metrics;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Access;

/// <summary>Sign-in and sign-out of browsers: a one-time secret opens a session.</summary>
internal static class SignInRoutes
{
    public const string Path = "/sign-in";

    public const string Me = "/api/v1/me";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, SignIn).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost("/sign-out", SignOut).ForAnyViewer().ExcludeFromDescription();
    }

    /// <summary>Who calls, whatever decides about that.</summary>
    public static void MapMe(IEndpointRouteBuilder routes) => routes.MapGet(Me, CallerAsync).ForAnyViewer().Produces<ApiCaller>();

    private static IResult SignIn(HttpContext context, ApiSignIn body, SignIns signIns, ServerTelemetry telemetry)
    {
        string? id = body.Secret is { Length: > 0 } secret ? signIns.Exchange(secret) : null;
        telemetry.SignedIn(id is not null);
        if (id is not null)
            return Results.Json(new ApiSession(id, (long)SignIns.SessionLifetime.TotalSeconds));
        // Checked after the lookup, so that wrong secrets never block the holder of a valid link.
        return signIns.TakeRefusal(CallerAddress.Of(context))
            ? Results.Json(
                new ApiError("Unauthorized", "The sign-in link was used already, or has expired.", "Restart the server, or send a token."),
                statusCode: StatusCodes.Status401Unauthorized
            )
            : Results.Json(
                new ApiError(
                    "TooManyRequests",
                    "Too many wrong sign-in links came from this address.",
                    "Open the link that the server printed."
                ),
                statusCode: StatusCodes.Status429TooManyRequests
            );
    }

    private static IResult SignOut(HttpContext context, SignIns signIns)
    {
        signIns.End(LocalAuthentication.TokenOf(context.Request));
        return Results.NoContent();
    }

    private static async Task<IResult> CallerAsync(HttpContext context, CallerLevel levels) =>
        Results.Json(new ApiCaller(context.User.Identity!.Name!, await levels(context)));
}

/// <summary>See <see cref="AccessLevel"/>.</summary>
internal delegate Task<string> CallerLevel(HttpContext context);

/// <param name="Secret">From the link's fragment.</param>
internal sealed record ApiSignIn(string? Secret);

/// <param name="Session">The session's token for the Authorization header.</param>
/// <param name="ExpiresInSeconds">Its lifetime.</param>
internal sealed record ApiSession(string Session, long ExpiresInSeconds);

/// <param name="Name">The caller, as in the audit log.</param>
/// <param name="Level"><c>viewer</c> or <c>admin</c>.</param>
internal sealed record ApiCaller(string Name, [property: AllowedValues(AccessLevel.Viewer, AccessLevel.Admin)] string Level);
