using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Api.Access;

/// <summary>
/// Issues and validates service account tokens: JSON web tokens, signed (ES256) with a key of the cluster's lifetime. They are valid while
/// their account and bound object exist. Source: "Managing Service Accounts" of the Kubernetes documentation.
/// </summary>
internal sealed class ServiceAccountTokens(ResourceRegistry registry, IdentitySource identities, int minor) : IDisposable
{
    /// <summary>The issuer, and default audience: the API itself.</summary>
    public const string Issuer = "https://kubernetes.default.svc";

    private const string Claims = "kubernetes.io",
        SecretIssuer = "kubernetes/serviceaccount",
        SecretClaims = "kubernetes.io/serviceaccount/";

    /// <summary>The minor version from which users have the token's id.</summary>
    private const int CredentialNamesFrom = 30;

    private static readonly JsonObject Header = new() { ["alg"] = "ES256", ["kid"] = "sandbox" };

    private readonly Lock _lock = new();
    private ECDsa? _key;

    /// <param name="bound">The bound object; null for none.</param>
    public (string Token, DateTimeOffset End) Issue(
        StoredObject account,
        IEnumerable<string> audiences,
        TimeSpan lifetime,
        StoredObject? bound
    )
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(registry.Time.GetUtcNow().ToUnixTimeSeconds());
        var about = new JsonObject { ["namespace"] = account.Namespace, ["serviceaccount"] = Reference(account) };
        if (bound is not null)
            about[bound.Kind.Singular] = Reference(bound);
        if (bound?.Kind == BuiltInKinds.Pods && registry.Store.Get(BuiltInKinds.Nodes, "", bound.Field("spec.nodeName")) is { } node)
            about["node"] = Reference(node);
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(static one => JsonValue.Create(one))]),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = identities.NextUid(),
            [Claims] = about,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = ServiceAccountName.UserOf(account.Namespace, account.Name),
        };
        return (Sign(claims), now + lifetime);
    }

    /// <summary>A token without expiration for a Secret, valid while the Secret exists.</summary>
    public string IssueFor(StoredObject account, string secret)
    {
        var claims = new JsonObject
        {
            ["iss"] = SecretIssuer,
            [SecretClaims + "namespace"] = account.Namespace,
            [SecretClaims + "secret.name"] = secret,
            [SecretClaims + "service-account.name"] = account.Name,
            [SecretClaims + "service-account.uid"] = account.Uid,
            ["sub"] = ServiceAccountName.UserOf(account.Namespace, account.Name),
        };
        return Sign(claims);
    }

    /// <summary>The user and audiences; null for a foreign, expired or revoked token.</summary>
    public (UserInfo User, IReadOnlyList<string> Audiences)? Read(string token)
    {
        if (ReadClaims(token) is not { } claims)
            return null;
        if (claims.Text("iss") == SecretIssuer)
            return ReadOfSecret(token, claims);
        if (claims.Object(Claims) is not { } about)
            return null;
        if (claims.Number("exp") <= registry.Time.GetUtcNow().ToUnixTimeSeconds())
            return null;
        string ns = about.Text("namespace") ?? "";
        if (!IsThere(BuiltInKinds.ServiceAccounts, ns, about.Object("serviceaccount")))
            return null;
        if (about.Object("pod") is { } pod && !IsThere(BuiltInKinds.Pods, ns, pod))
            return null;
        if (about.Object("secret") is { } secret && !IsThere(BuiltInKinds.Secrets, ns, secret))
            return null;
        if (about.Object("pod") is null && about.Object("node") is { } node && !IsThere(BuiltInKinds.Nodes, "", node))
            return null;
        string name = about.Object("serviceaccount").Text("name")!;
        return (
            new(ServiceAccountName.UserOf(ns, name))
            {
                Uid = about.Object("serviceaccount").Text("uid")!,
                Groups = [.. ServiceAccountName.GroupsOf(ns), UserInfo.Authenticated],
                Extra = Extra(claims, about),
            },
            [.. claims.Texts("aud")]
        );
    }

    /// <summary>The user of a request; null for a token without the API's audience.</summary>
    public UserInfo? Authenticate(string token) => Read(token) is { } found && found.Audiences.Contains(Issuer) ? found.User : null;

    public void Dispose()
    {
        lock (_lock)
            _key?.Dispose();
    }

    private (UserInfo User, IReadOnlyList<string> Audiences)? ReadOfSecret(string token, JsonObject claims)
    {
        string ns = claims.Text(SecretClaims + "namespace") ?? "",
            name = claims.Text(SecretClaims + "service-account.name") ?? "";
        string? uid = claims.Text(SecretClaims + "service-account.uid");
        if (registry.Store.Get(BuiltInKinds.ServiceAccounts, ns, name) is not { IsDeleting: false } account || account.Uid != uid)
            return null;
        if (
            registry.Store.Get(BuiltInKinds.Secrets, ns, claims.Text(SecretClaims + "secret.name") ?? "")
            is not { IsDeleting: false } secret
        )
            return null;
        string held = secret.ToJson().Object("data").Text("token") ?? "";
        if (held != Convert.ToBase64String(Encoding.ASCII.GetBytes(token)))
            return null;
        return (
            new(ServiceAccountName.UserOf(ns, name)) { Uid = uid, Groups = [.. ServiceAccountName.GroupsOf(ns), UserInfo.Authenticated] },
            [Issuer]
        );
    }

    private string Sign(JsonObject claims)
    {
        string signed = $"{Encode(Header)}.{Encode(claims)}";
        lock (_lock)
            return $"{signed}.{Base64Url.EncodeToString(Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private ECDsa Key => _key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private bool IsThere(ResourceKind kind, string ns, JsonObject? reference) =>
        registry.Store.Get(kind, ns, reference.Text("name") ?? "") is { IsDeleting: false } item && item.Uid == reference.Text("uid");

    private Dictionary<string, IReadOnlyList<string>> Extra(JsonObject claims, JsonObject about)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (minor >= CredentialNamesFrom)
            extra["authentication.kubernetes.io/credential-id"] = ["JTI=" + claims.Text("jti")];
        foreach (string kind in minor >= CredentialNamesFrom ? ["node", "pod"] : (string[])["pod"])
        {
            if (about.Object(kind) is not { } reference)
                continue;
            extra[$"authentication.kubernetes.io/{kind}-name"] = [reference.Text("name")!];
            extra[$"authentication.kubernetes.io/{kind}-uid"] = [reference.Text("uid")!];
        }

        return extra;
    }

    private JsonObject? ReadClaims(string token)
    {
        if (token.Split('.') is not [var header, var payload, var signature])
            return null;
        try
        {
            byte[] presented = Base64Url.DecodeFromChars(signature);
            lock (_lock)
                if (!Key.VerifyData(Encoding.ASCII.GetBytes($"{header}.{payload}"), presented, HashAlgorithmName.SHA256))
                    return null;
            return JsonNode.Parse(Base64Url.DecodeFromChars(payload)) as JsonObject;
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            return null;
        }
    }

    private static JsonObject Reference(StoredObject item) => new() { ["name"] = item.Name, ["uid"] = item.Uid };

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(ApiResponse.Serialize(part));
}
