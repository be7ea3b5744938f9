using System.Text.Json;

namespace NodeManager.Server.Responses;

/// <summary>Converts failures to responses: a status code by kind, and a body with error and action.</summary>
internal static class ApiErrors
{
    /// <summary>Asks for credentials.</summary>
    /// <param name="action">How to send them.</param>
    public static Task ChallengeAsync(HttpContext context, string action)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return WriteAsync(
            context,
            StatusCodes.Status401Unauthorized,
            new("Unauthorized", "The request carries no valid credentials.", action)
        );
    }

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && Refusal(context) is { } refusal)
                await WriteAsync(context, context.Response.StatusCode, refusal);
        }
        catch (NodeManagerException problem)
        {
            await WriteAsync(
                context,
                StatusOf(problem.Kind),
                new(problem.ErrorId, problem.Message, AnswerAdvice.Of(problem.RecommendedAction))
            );
        }
        catch (BadHttpRequestException problem) when (problem.StatusCode is not StatusCodes.Status400BadRequest)
        {
            await WriteAsync(context, problem.StatusCode, new("InvalidRequest", problem.Message, null));
        }
        catch (Exception problem) when (problem is JsonException or BadHttpRequestException)
        {
            await WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                new("InvalidBody", Describe(problem as JsonException ?? problem.InnerException as JsonException), null)
            );
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has disconnected.
        }
    }

    /// <summary>Describes an invalid body for its sender: the framework's own message names types of this program.</summary>
    /// <param name="problem">Null: the body is missing, or another part of the request is unreadable.</param>
    public static string Describe(JsonException? problem) =>
        problem switch
        {
            null => "The request has no body, or one that cannot be read.",
            { Path: ['$', '.', ..] path } => $"The field '{path[2..]}' is unknown, or its value has the wrong type.",
            _ => "The body is not valid JSON, or not an object of this route.",
        };

    public static Task WriteAsync(HttpContext context, int status, ApiError error)
    {
        context.Response.StatusCode = status;
        return PoolRefusals.Serves(context.Request.Path)
            ? context.Response.WriteAsJsonAsync(PoolRefusals.Of(status, error))
            : context.Response.WriteAsJsonAsync(error);
    }

    // Routing errors have no body.
    private static ApiError? Refusal(HttpContext context) =>
        context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new("RouteNotFound", $"There is no {context.Request.Method} {context.Request.Path}.", null),
            StatusCodes.Status405MethodNotAllowed => new(
                "MethodNotAllowed",
                $"{context.Request.Path} does not take {context.Request.Method}.",
                $"It takes {context.Response.Headers.Allow}."
            ),
            StatusCodes.Status415UnsupportedMediaType => new(
                "UnsupportedMediaType",
                $"A body of type '{context.Request.ContentType}' is not read here.",
                "Send JSON, as 'Content-Type: application/json'."
            ),
            _ => null,
        };

    /// <summary>The HTTP status of each kind of failure.</summary>
    internal static int StatusOf(ErrorKind kind) =>
        kind switch
        {
            ErrorKind.InvalidArgument or ErrorKind.InvalidData => StatusCodes.Status400BadRequest,
            ErrorKind.PermissionDenied or ErrorKind.SecurityError => StatusCodes.Status403Forbidden,
            ErrorKind.ObjectNotFound => StatusCodes.Status404NotFound,
            ErrorKind.ResourceExists or ErrorKind.ResourceBusy or ErrorKind.InvalidOperation => StatusCodes.Status409Conflict,
            ErrorKind.LimitsExceeded => StatusCodes.Status429TooManyRequests,
            ErrorKind.ConnectionError or ErrorKind.AuthenticationError or ErrorKind.ProtocolError => StatusCodes.Status502BadGateway,
            ErrorKind.NotImplemented => StatusCodes.Status501NotImplemented,
            ErrorKind.ResourceUnavailable or ErrorKind.OperationStopped => StatusCodes.Status503ServiceUnavailable,
            ErrorKind.OperationTimeout => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status500InternalServerError,
        };
}

/// <summary>The body of every refusal.</summary>
/// <param name="Error">The ErrorId, as in the error records of the cmdlets.</param>
/// <param name="Action">The recommended action.</param>
/// <param name="Status">Always <c>error</c>.</param>
internal sealed record ApiError(string Error, string Message, string? Action, string Status = "error");
