using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Server.Api;

/// <summary>Lets a request pass that carries the token, whichever route it asks for; all others get 401.</summary>
internal sealed class BearerToken(string token)
{
    private readonly byte[] _expected = Encoding.UTF8.GetBytes("Bearer " + token);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        byte[] given = Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString());
        if (CryptographicOperations.FixedTimeEquals(given, _expected))
        {
            await next(context);
            return;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        await ApiErrors.WriteAsync(context, StatusCodes.Status401Unauthorized,
            new("Unauthorized", "This needs the token that the server printed at its start.", "Send it as 'Authorization: Bearer TOKEN'."));
    }
}
