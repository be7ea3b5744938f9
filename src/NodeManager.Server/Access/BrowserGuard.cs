using System.Net;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Access;

/// <summary>
/// Refuses requests that other sites could make a browser send: a foreign Host (DNS rebinding), and changes from another origin. Browsers
/// send no credential on their own; this also holds if a page obtains one. Sets security headers.
/// </summary>
/// <param name="externalOrigin">Where browsers reach the server behind an ingress; null: at its own address.</param>
internal sealed class BrowserGuard(string? externalOrigin)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";

        HttpRequest request = context.Request;
        // Other addresses only accept tokens in a header, which no browser can be made to send.
        if (IsLoopback(context) && !IsOwnHost(request.Host.Host))
            return ApiErrors.WriteAsync(
                context,
                StatusCodes.Status421MisdirectedRequest,
                new("UnknownHost", $"This server is not '{request.Host.Host}'.", "Use the address that it printed at its start.")
            );
        // Reads with an Origin header are those of scripts; navigation has none.
        bool isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if ((!isRead || request.Headers.Origin.Count > 0) && IsForeign(request))
            return ApiErrors.WriteAsync(
                context,
                StatusCodes.Status403Forbidden,
                new(
                    "ForeignOrigin",
                    $"Requests from the origin '{request.Headers.Origin}' are refused.",
                    "Use the server's own pages, or a client that is not a browser."
                )
            );
        return next(context);
    }

    private static bool IsLoopback(HttpContext context) =>
        context.Connection.LocalIpAddress is not { } address || IPAddress.IsLoopback(address);

    private static bool IsOwnHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    // Browsers send Origin with every change; other clients do not.
    private bool IsForeign(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            ? !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
                && !origin.Equals(externalOrigin, StringComparison.OrdinalIgnoreCase)
            : request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");
    }
}
