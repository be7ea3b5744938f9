using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Server.Options;

namespace NodeManager.Server.OpenIdConnect;

/// <summary>
/// What a sign-in and a session need, sealed in cookies, so that each replica can answer each request. A value that is larger than a cookie takes several.
/// </summary>
internal sealed class SignInCookies(OidcSettings settings, CookieSeal seal)
{
    // Browsers accept 4,096 bytes with the name and the attributes; the headers of a request have a limit of 16 KiB.
    private const int LargestCookie = 3_800,
        MostCookies = 3;

    private const string Session = "session",
        Attempt = "sign-in";

    // The prefix __Host- requires the path "/"; behind a path prefix, other applications of the host get no cookie.
    private readonly string _name = settings.Prefix.Length == 0 ? "__Host-nodemanager-" : "__Secure-nodemanager-";

    public SignInAttempt? FindAttempt(HttpContext context) => Find(context, Attempt, SignInJson.Default.SignInAttempt);

    public BrowserSession? FindSession(HttpContext context) => Find(context, Session, SignInJson.Default.BrowserSession);

    public void WriteAttempt(HttpContext context, SignInAttempt attempt) =>
        Write(context, Attempt, attempt, SignInJson.Default.SignInAttempt);

    /// <returns>False: the tokens of the issuer are too large for cookies, and nothing was written.</returns>
    public bool WriteSession(HttpContext context, BrowserSession session) =>
        Write(context, Session, session, SignInJson.Default.BrowserSession);

    public void DeleteAttempt(HttpContext context) => Delete(context, Attempt, 0);

    public void DeleteSession(HttpContext context) => Delete(context, Session, 0);

    private T? Find<T>(HttpContext context, string purpose, JsonTypeInfo<T> type)
        where T : class
    {
        string text = "";
        for (int index = 0; index < MostCookies && context.Request.Cookies[NameOf(purpose, index)] is { Length: > 0 } part; index++)
            text += part;
        return text.Length > 0 && seal.Open(purpose, text) is { } content ? JsonSerializer.Deserialize(content, type) : null;
    }

    private bool Write<T>(HttpContext context, string purpose, T value, JsonTypeInfo<T> type)
    {
        string[] parts =
        [
            .. seal.Seal(purpose, JsonSerializer.SerializeToUtf8Bytes(value, type))
                .Chunk(LargestCookie)
                .Select(static part => new string(part)),
        ];
        if (parts.Length > MostCookies)
            return false;
        // Cookies of the browser's session: the content has the time limit, which a browser cannot extend.
        for (int index = 0; index < parts.Length; index++)
            context.Response.Cookies.Append(NameOf(purpose, index), parts[index], Attributes());
        Delete(context, purpose, parts.Length);
        return true;
    }

    private void Delete(HttpContext context, string purpose, int first)
    {
        for (int index = first; index < MostCookies; index++)
        {
            if (context.Request.Cookies.ContainsKey(NameOf(purpose, index)))
                context.Response.Cookies.Delete(NameOf(purpose, index), Attributes());
        }
    }

    private CookieOptions Attributes() =>
        new()
        {
            Secure = true,
            HttpOnly = true,
            // The issuer's redirect is a navigation from another site: Strict would withhold the cookie of the attempt.
            SameSite = SameSiteMode.Lax,
            Path = settings.Prefix.Length == 0 ? "/" : settings.Prefix,
        };

    private string NameOf(string purpose, int index) => $"{_name}{purpose}{(index == 0 ? "" : index)}";
}

/// <summary>A sign-in between the redirect to the issuer and its answer.</summary>
/// <param name="Verifier">The secret of PKCE.</param>
/// <param name="ReturnTo">The page of the console that was asked for.</param>
internal sealed record SignInAttempt(string State, string Nonce, string Verifier, string ReturnTo, DateTimeOffset ExpiresAt);

/// <summary>A session of a browser.</summary>
/// <param name="Id">The same after a refresh.</param>
/// <param name="RefreshToken">Null: the session ends with the ID token.</param>
/// <param name="Subject">A refreshed ID token has the same one.</param>
/// <param name="StartedAt">The sign-in.</param>
/// <param name="ExpiresAt">The expiration of the ID token.</param>
internal sealed record BrowserSession(
    string Id,
    string IdToken,
    string? RefreshToken,
    string Subject,
    string Nonce,
    DateTimeOffset StartedAt,
    DateTimeOffset ExpiresAt
)
{
    /// <summary>As that of sign-in links: then a person signs in again.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(12);

    public DateTimeOffset EndsAt => StartedAt + LongestLifetime;
}

[JsonSerializable(typeof(SignInAttempt))]
[JsonSerializable(typeof(BrowserSession))]
internal sealed partial class SignInJson : JsonSerializerContext;
