using NodeManager.Kubernetes.Authentication;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads the user's half of a kubeconfig.</summary>
internal static class UserReader
{
    /// <param name="user">Null: the entry is empty, and the user anonymous.</param>
    /// <param name="cluster">What a plugin may be told of.</param>
    /// <param name="request">Whom to act as, if that was asked for.</param>
    public static UserCredentials Read(YamlSection? user, ClusterConfiguration cluster, KubeconfigRequest request)
    {
        Impersonation? asked = request.ImpersonateUser is { } name ? new(name) { Groups = request.ImpersonateGroups } : null;
        if (asked is null && request.ImpersonateGroups.Count > 0)
            throw new NodeManagerException(
                ErrorIds.CredentialUnsupported, ErrorKind.InvalidArgument, "Groups to act as were named, but no user.", null, "Name the user to act as too.");
        if (user is null) return new() { Impersonation = asked };
        if (user.Section("auth-provider") is { } provider)
            throw KubeconfigErrors.Unsupported(
                user, "auth-provider", $"asks for '{provider.Text("name")}', which Kubernetes took out in 1.26",
                "Use the provider's exec plugin instead (gke-gcloud-auth-plugin, kubelogin for Azure and OIDC, aws eks get-token).");

        BasicCredentials? basic = user.Text("username") is { } userName ? new(userName, user.Text("password") ?? "") : null;
        if (basic is not null && user.Has("token"))
            throw user.Invalid("token", "stands beside username: only one way to authenticate is allowed");
        string? tokenFile = user.Text("tokenFile") is { } path ? KubeconfigPath.Resolve(user, path) : null;
        if (tokenFile is not null && !File.Exists(tokenFile)) throw user.Invalid("tokenFile", $"names '{tokenFile}', which does not exist");
        return new()
        {
            ClientCertificate = CertificateReader.ReadClient(user),
            Token = ReadToken(user),
            TokenFile = tokenFile,
            Basic = basic,
            Exec = user.Section("exec") is { } exec ? ExecReader.Read(user, exec, cluster) : null,
            Impersonation = Sendable(asked ?? ReadImpersonation(user), user),
        };
    }

    /// <summary>The client joins the values of a header by commas, and an API server takes these for one group of that name.</summary>
    private static Impersonation? Sendable(Impersonation? impersonation, YamlSection user) =>
        impersonation is null || (impersonation.Groups.Count <= 1 && impersonation.Extra.Values.All(static values => values.Count <= 1))
            ? impersonation
            : throw KubeconfigErrors.Unsupported(
                user, impersonation.Groups.Count > 1 ? "as-groups" : "as-user-extra",
                $"(or what was asked for) has several values to act as '{impersonation.User}', and only one can be sent",
                "Name one group that has the rights, or act as a user that is in these groups.");

    private static string? ReadToken(YamlSection user)
    {
        string? token = user.Text("token")?.Trim();
        return token is null || !token.AsSpan().ContainsAny('\r', '\n') ? token : throw user.Invalid("token", "has a line break within");
    }

    private static Impersonation? ReadImpersonation(YamlSection user)
    {
        if (user.Text("as") is not { } name)
            return user.Has("as-uid") || user.Has("as-groups") || user.Has("as-user-extra")
                ? throw user.Invalid(null, "has as-uid, as-groups or as-user-extra, but does not say whom to act as (as)")
                : null;
        return new(name)
        {
            Uid = user.Text("as-uid"),
            Groups = user.Texts("as-groups"),
            Extra = user.Section("as-user-extra")?.TextLists() ?? new Dictionary<string, IReadOnlyList<string>>(),
        };
    }
}
