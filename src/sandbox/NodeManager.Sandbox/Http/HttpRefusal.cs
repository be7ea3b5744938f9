using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Http;

/// <summary>A request that is refused before the API; the response closes the connection.</summary>
internal sealed class HttpRefusal(int code, string reason, string message) : Exception(message)
{
    public ApiResponse Answer => ApiResponse.Refusal(new(code, reason, Message));

    public static HttpRefusal Malformed(string what) => new(400, "BadRequest", "the request is malformed: " + what);

    public static HttpRefusal HeadTooLarge() => new(431, "RequestHeaderFieldsTooLarge", "the request's line and headers are too large");

    public static HttpRefusal BodyTooLarge(int limit) => new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limit}");
}
