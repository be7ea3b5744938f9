using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.SignIn;

/// <summary>An OpenID Connect issuer on loopback whose ID tokens a test can make wrong. It checks PKCE, and uses codes and refresh tokens once.</summary>
internal sealed class FakeIssuer : IAsyncDisposable
{
    public const string ClientId = "console",
        Secret = "a-secret-of-the-client";

    private readonly RSA _key = RSA.Create(2048);
    private readonly TestCertificates _authority = new();
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string RedirectUri)> _codes = new();
    private readonly ConcurrentDictionary<string, bool> _refreshTokens = new();
    private TlsServer _server = null!;

    public string Address => _server.Address.GetLeftPart(UriPartial.Authority);

    public string AuthorityPem => _authority.AuthorityPem;

    /// <summary>PEM of a certificate for loopback with its key.</summary>
    public string CreateCertificate()
    {
        using X509Certificate2 certificate = _authority.Server();
        return certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
    }

    public string Subject { get; set; } = "ann";

    public string[] Groups { get; set; } = ["operators"];

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Changes the claims of the next ID tokens.</summary>
    public Action<Dictionary<string, object>> Claims { get; set; } = static _ => { };

    /// <summary>Signs the next ID tokens; null: the issuer's key.</summary>
    public SigningCredentials? Signing { get; set; }

    public bool RefusesRefresh { get; set; }

    public bool IsDown { get; set; }

    /// <summary>Every code, token and secret that was given out or received.</summary>
    public ConcurrentBag<string> Secrets { get; } = [Secret];

    public ConcurrentQueue<string> Revoked { get; } = new();

    /// <summary>The user of an ID token that this issuer gave out and that has not expired, as an API server would see it.</summary>
    public JsonObject? UserOf(string token)
    {
        if (!Secrets.Contains(token))
            return null;
        JsonWebToken parsed = new(token);
        return parsed.ValidTo <= DateTime.UtcNow
            ? null
            : new()
            {
                ["username"] = "oidc:" + parsed.Subject,
                ["groups"] = new JsonArray([
                    .. parsed.Claims.Where(static one => one.Type == "groups").Select(static one => (JsonNode)one.Value),
                ]),
            };
    }

    public static async Task<FakeIssuer> StartAsync()
    {
        var issuer = new FakeIssuer();
        issuer._server = await TlsServer.StartAsync(issuer._authority.Server(), issuer.AnswerAsync);
        return issuer;
    }

    /// <summary>What a person does at the issuer: returns the query of the redirect back.</summary>
    public string Approve(Uri authorization)
    {
        Dictionary<string, string> query = QueryOf(authorization);
        string code = AddSecret();
        _codes[code] = (query["nonce"], query["code_challenge"], query["redirect_uri"]);
        return $"?code={code}&state={query["state"]}";
    }

    public static Dictionary<string, string> QueryOf(Uri address) =>
        Microsoft
            .AspNetCore.WebUtilities.QueryHelpers.ParseQuery(address.Query)
            .ToDictionary(static one => one.Key, static one => one.Value.ToString());

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        _key.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Response.StatusCode = 503;
            return;
        }

        if (context.Request.Path == "/authorize")
        {
            Uri asked = new(Address + context.Request.Path + context.Request.QueryString);
            context.Response.Redirect(QueryOf(asked)["redirect_uri"] + Approve(asked));
            return;
        }

        if (context.Request.Path == "/end")
        {
            context.Response.Redirect(context.Request.Query["post_logout_redirect_uri"].ToString());
            return;
        }

        IFormCollection? form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : null;
        JsonObject? answer = context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => Metadata(),
            "/keys" => Keys(),
            "/token" => HasSecret(context) ? Tokens(form!) : null,
            "/revoke" => Revoke(form!),
            _ => null,
        };
        context.Response.StatusCode = answer is null ? 400 : 200;
        await context.Response.WriteAsJsonAsync(answer ?? new() { ["error"] = "invalid_grant" });
    }

    private JsonObject Metadata() =>
        new()
        {
            ["issuer"] = Address,
            ["authorization_endpoint"] = Address + "/authorize",
            ["token_endpoint"] = Address + "/token",
            ["jwks_uri"] = Address + "/keys",
            ["revocation_endpoint"] = Address + "/revoke",
            ["end_session_endpoint"] = Address + "/end",
            ["scopes_supported"] = new JsonArray("openid", "email", "groups", "address"),
        };

    private JsonObject Keys()
    {
        JsonWebKey key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new(_key.ExportParameters(false)));
        return new()
        {
            ["keys"] = new JsonArray(
                new JsonObject
                {
                    ["kty"] = key.Kty,
                    ["n"] = key.N,
                    ["e"] = key.E,
                    ["kid"] = "one",
                    ["use"] = "sig",
                }
            ),
        };
    }

    private static bool HasSecret(HttpContext context) =>
        context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{Secret}"));

    private JsonObject? Tokens(IFormCollection form)
    {
        if (form["grant_type"] == "refresh_token")
            return !RefusesRefresh && _refreshTokens.TryRemove(form["refresh_token"].ToString(), out _) ? Issue(nonce: null) : null;
        return
            _codes.TryRemove(form["code"].ToString(), out var granted)
            && form["redirect_uri"] == granted.RedirectUri
            && Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) == granted.Challenge
            ? Issue(granted.Nonce)
            : null;
    }

    private JsonObject Issue(string? nonce)
    {
        DateTime now = DateTime.UtcNow;
        Dictionary<string, object> claims = new()
        {
            ["iss"] = Address,
            ["aud"] = ClientId,
            ["sub"] = Subject,
            ["groups"] = Groups,
            ["iat"] = EpochTime.GetIntDate(now),
            ["exp"] = EpochTime.GetIntDate(now + Lifetime),
        };
        if (nonce is not null)
            claims["nonce"] = nonce;
        Claims(claims);
        SigningCredentials own = new(new RsaSecurityKey(_key) { KeyId = "one" }, SecurityAlgorithms.RsaSha256);
        JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };
        string token = handler.CreateToken(System.Text.Json.JsonSerializer.Serialize(claims), Signing ?? own),
            refreshToken = AddSecret();
        Secrets.Add(token);
        _refreshTokens[refreshToken] = true;
        return new()
        {
            ["id_token"] = token,
            ["refresh_token"] = refreshToken,
            ["access_token"] = "unused",
            ["token_type"] = "Bearer",
        };
    }

    private JsonObject Revoke(IFormCollection form)
    {
        Revoked.Enqueue(form["token"].ToString());
        _refreshTokens.TryRemove(form["token"].ToString(), out _);
        return [];
    }

    private string AddSecret()
    {
        string secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        Secrets.Add(secret);
        return secret;
    }
}
