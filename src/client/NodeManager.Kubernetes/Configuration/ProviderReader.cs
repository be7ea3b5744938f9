using System.Buffers.Text;
using System.Text.Json;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>
/// Reads a user's <c>auth-provider</c>. The id-token of <c>oidc</c> is used until it expires and never refreshed, because that would change
/// the kubeconfig. Other providers were removed from kubectl too.
/// </summary>
internal static class ProviderReader
{
    private const string Instead =
        "Use the provider's exec plugin instead: kubelogin (kubectl oidc-login) for oidc, gke-gcloud-auth-plugin for gcp, kubelogin for azure.";

    public static IdToken? Read(YamlSection user)
    {
        if (user.Section("auth-provider") is not { } provider)
            return null;
        if (provider.Text("name") is not "oidc")
            throw KubeconfigErrors.Unsupported(
                user,
                "auth-provider",
                $"asks for '{provider.Text("name")}', which NodeManager does not support",
                Instead
            );
        if (user.Has("exec"))
            throw user.Invalid("auth-provider", "is used together with exec: only one way to authenticate is allowed");
        YamlSection? config = provider.Section("config");
        foreach (string field in (string[])["idp-issuer-url", "client-id"])
            if (config?.Text(field) is null)
                throw provider.Invalid("config", $"has no {field}");
        if (config!.Text("id-token") is not { } token)
            throw KubeconfigErrors.Unsupported(
                user,
                "auth-provider",
                "has no id-token, and NodeManager does not sign in with oidc",
                Instead
            );
        return ExpiryOf(token) is { } expires && HeaderText.IsValid(token)
            ? new(token, expires)
            : throw config.Invalid("id-token", "is not a JSON Web Token with the time of its expiry");
    }

    private static DateTimeOffset? ExpiryOf(string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
            return null;
        try
        {
            using JsonDocument claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return
                claims.RootElement.ValueKind == JsonValueKind.Object
                && claims.RootElement.TryGetProperty("exp", out JsonElement expiry)
                && expiry.ValueKind == JsonValueKind.Number
                && expiry.TryGetDouble(out double seconds)
                && seconds is >= 0 and < 253402300800
                ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
