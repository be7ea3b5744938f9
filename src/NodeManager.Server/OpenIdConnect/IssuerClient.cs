using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using NodeManager.Server.Options;

namespace NodeManager.Server.OpenIdConnect;

/// <summary>
/// Requests to the issuer: its metadata and keys, tokens for a code, refreshed tokens, and revocation. Over https only; redirects are not followed.
/// Errors and logs never contain tokens, codes or secrets. Thread-safe.
/// </summary>
internal sealed class IssuerClient : IDisposable
{
    private const int LargestAnswer = 1 << 20;

    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(10),
        MetadataLifetime = TimeSpan.FromHours(1),
        ShortestMetadataLifetime = TimeSpan.FromSeconds(10);

    private readonly OidcSettings _settings;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _gate = new(1);
    private (OpenIdConnectConfiguration Metadata, DateTimeOffset At)? _known;

    /// <exception cref="NodeManagerException">SignInFileUnreadable.</exception>
    public IssuerClient(OidcSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        var transport = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = RequestLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (settings.AuthorityPath is { } path)
            transport.SslOptions.CertificateChainPolicy = Trusting(path);
        if (settings.SecretPath is { } secret)
            SignInFiles.Read("--oidc-client-secret-file", secret, File.ReadAllText);
        _http = new(transport) { Timeout = RequestLimit, MaxResponseContentBufferSize = LargestAnswer };
    }

    /// <summary>The metadata of the issuer with its keys.</summary>
    /// <param name="isFresh">Reads it again, unless that was done seconds ago: a token names an unknown key.</param>
    /// <exception cref="SignInException">The issuer is unavailable, or its metadata is not usable.</exception>
    public async Task<OpenIdConnectConfiguration> MetadataAsync(bool isFresh, CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            TimeSpan lifetime = isFresh ? ShortestMetadataLifetime : MetadataLifetime;
            if (_known is { } known && known.At + lifetime > _time.GetUtcNow())
                return known.Metadata;
            OpenIdConnectConfiguration metadata = await OpenIdConnectConfigurationRetriever.GetAsync(
                _settings.Issuer.TrimEnd('/') + "/.well-known/openid-configuration",
                new HttpDocumentRetriever(_http) { RequireHttps = true },
                stop
            );
            Check(metadata);
            _known = (metadata, _time.GetUtcNow());
            return metadata;
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or SignInException) || !stop.IsCancellationRequested)
        {
            throw problem as SignInException
                ?? new SignInException(SignInFailure.Unavailable, "the issuer's metadata cannot be read", problem);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Exchanges a code for tokens.</summary>
    /// <exception cref="SignInException">Refused, unavailable.</exception>
    public Task<IssuedTokens> ExchangeAsync(string code, string verifier, CancellationToken stop) =>
        TokensAsync(
            new()
            {
                ["grant_type"] = "authorization_code",
                ["code"] = code,
                ["redirect_uri"] = _settings.AddressOf(SignInPaths.Callback),
                ["code_verifier"] = verifier,
            },
            stop
        );

    /// <summary>Exchanges a refresh token for tokens. The issuer may replace the refresh token.</summary>
    /// <exception cref="SignInException">Refused, unavailable.</exception>
    public Task<IssuedTokens> RefreshAsync(string refreshToken, CancellationToken stop) =>
        TokensAsync(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, stop);

    /// <summary>Revokes a refresh token, if the issuer can. A failure is ignored: the caller signs out in any case.</summary>
    public async Task RevokeAsync(string refreshToken, CancellationToken stop)
    {
        try
        {
            OpenIdConnectConfiguration metadata = await MetadataAsync(isFresh: false, stop);
            if (!IsHttps(metadata.RevocationEndpoint))
                return;
            using HttpResponseMessage answer = await SendAsync(
                metadata,
                metadata.RevocationEndpoint,
                new() { ["token"] = refreshToken, ["token_type_hint"] = "refresh_token" },
                stop
            );
        }
        catch (Exception problem) when (problem is SignInException or HttpRequestException or OperationCanceledException)
        {
            // The refresh token expires at the issuer.
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _gate.Dispose();
    }

    private async Task<IssuedTokens> TokensAsync(Dictionary<string, string> form, CancellationToken stop)
    {
        OpenIdConnectConfiguration metadata = await MetadataAsync(isFresh: false, stop);
        try
        {
            using HttpResponseMessage answer = await SendAsync(metadata, metadata.TokenEndpoint, form, stop);
            if ((int)answer.StatusCode >= 500 || answer.StatusCode == HttpStatusCode.TooManyRequests)
                throw new SignInException(SignInFailure.Unavailable, $"the issuer answered {(int)answer.StatusCode}");
            if (!answer.IsSuccessStatusCode)
                throw new SignInException(SignInFailure.Refused, $"the issuer answered {(int)answer.StatusCode}");
            using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(stop));
            return TextOf(body.RootElement, "id_token") is { } token
                ? new(token, TextOf(body.RootElement, "refresh_token"))
                : throw new SignInException(SignInFailure.Refused, "the issuer sent no ID token");
        }
        catch (Exception problem)
            when (problem is HttpRequestException or JsonException
                || (problem is OperationCanceledException && !stop.IsCancellationRequested)
            )
        {
            throw new SignInException(SignInFailure.Unavailable, "the issuer did not answer with tokens", problem);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        OpenIdConnectConfiguration metadata,
        string address,
        Dictionary<string, string> form,
        CancellationToken stop
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Post, address);
        // Read at each request: the file of a Secret changes with it.
        string? secret = _settings.SecretPath is { } path
            ? SignInFiles.Read("--oidc-client-secret-file", path, File.ReadAllText).Trim()
            : null;
        ICollection<string> methods = metadata.TokenEndpointAuthMethodsSupported;
        bool isBasic = methods.Count == 0 || methods.Contains("client_secret_basic") || !methods.Contains("client_secret_post");
        if (secret is not null && isBasic)
        {
            string pair = $"{WebUtility.UrlEncode(_settings.ClientId)}:{WebUtility.UrlEncode(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }
        else
        {
            form["client_id"] = _settings.ClientId;
            if (secret is not null)
                form["client_secret"] = secret;
        }

        request.Headers.Accept.Add(new("application/json"));
        request.Content = new FormUrlEncodedContent(form);
        return await _http.SendAsync(request, stop);
    }

    private void Check(OpenIdConnectConfiguration metadata)
    {
        if (metadata.Issuer != _settings.Issuer)
            throw new SignInException(SignInFailure.Unavailable, "the issuer's metadata names another issuer");
        if (!IsHttps(metadata.AuthorizationEndpoint) || !IsHttps(metadata.TokenEndpoint) || metadata.SigningKeys.Count == 0)
            throw new SignInException(SignInFailure.Unavailable, "the issuer's metadata has no https endpoints or no keys");
    }

    private static bool IsHttps(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttps;

    private static string? TextOf(JsonElement body, string field) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty(field, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static X509ChainPolicy Trusting(string path)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        SignInFiles.Read(
            "--oidc-ca",
            path,
            file =>
            {
                policy.CustomTrustStore.ImportFromPemFile(file);
                return policy.CustomTrustStore.Count;
            }
        );
        return policy.CustomTrustStore.Count > 0 ? policy : throw SignInFiles.Unreadable("--oidc-ca", path, "it has no certificate", null);
    }
}

/// <param name="RefreshToken">Null: none, or the one in use remains valid.</param>
internal sealed record IssuedTokens(string IdToken, string? RefreshToken);
