namespace NodeManager.Server.Responses;

/// <summary>Refusals of pool routes in the shape of a pool service.</summary>
internal static class PoolRefusals
{
    public const string Pools = "/api/v1/nodepools",
        Clusters = "/api/v1/clusters";

    /// <summary>True for all paths below, including unknown ones.</summary>
    public static bool Serves(PathString path) => path.StartsWithSegments(Pools) || path.StartsWithSegments(Clusters);

    public static ApiPoolRefusal Of(int status, ApiError error) =>
        new(
            status == StatusCodes.Status400BadRequest
                ? new("VALIDATION_ERROR", "Validation failed", error.Message, error.Error)
                : new(CodeOf(status), error.Message, error.Action ?? "", error.Error)
        );

    private static string CodeOf(int status) =>
        status switch
        {
            StatusCodes.Status401Unauthorized => "UNAUTHORIZED",
            StatusCodes.Status403Forbidden => "FORBIDDEN",
            StatusCodes.Status404NotFound => "NOT_FOUND",
            StatusCodes.Status409Conflict => "CONFLICT",
            StatusCodes.Status429TooManyRequests => "TOO_MANY_REQUESTS",
            < StatusCodes.Status500InternalServerError => "BAD_REQUEST",
            StatusCodes.Status501NotImplemented => "NOT_IMPLEMENTED",
            StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout =>
                "UNAVAILABLE",
            _ => "INTERNAL_ERROR",
        };
}

internal sealed record ApiPoolRefusal(ApiPoolError Error);

/// <param name="Details">The fault of the request, or the recommended action.</param>
/// <param name="ErrorId">As in the error records of the cmdlets.</param>
internal sealed record ApiPoolError(string Code, string Message, string Details, string ErrorId);
