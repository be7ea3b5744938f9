using System.Net;
using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>Reads the user entry of a kubeconfig.</summary>
internal static class UserReader
{
    /// <param name="user">Null for a context without a user, or an empty entry.</param>
    /// <param name="cluster">Passed to plugins. Credentials are not read for plain HTTP.</param>
    /// <param name="ofAddress">The credentials of the server's address, which take precedence; null without.</param>
    /// <param name="request">The requested impersonation.</param>
    public static UserCredentials Read(
        YamlSection? user,
        ClusterConfiguration cluster,
        NetworkCredential? ofAddress,
        KubeconfigRequest request
    )
    {
        Impersonation? impersonation = ImpersonationReader.Read(user, request);
        if (!cluster.IsEncrypted)
            return new() { Impersonation = impersonation };
        BasicCredentials? basic = user is null ? null : ReadBasic(user);
        if (ofAddress is not null)
            basic = new(ofAddress.UserName, ofAddress.Password);
        if (user is null)
            return new() { Basic = basic, Impersonation = impersonation };
        return new()
        {
            ClientCertificate = CertificateReader.ReadClient(user),
            Token = ofAddress is null ? ReadToken(user) : null,
            TokenFile = ofAddress is null ? ReadTokenFile(user) : null,
            Basic = basic,
            IdToken = ProviderReader.Read(user),
            Exec = user.Section("exec") is { } exec ? ExecReader.Read(user, exec, cluster) : null,
            Impersonation = impersonation,
        };
    }

    private static BasicCredentials? ReadBasic(YamlSection user)
    {
        string? name = user.Text("username"),
            password = user.Text("password");
        if (name is null && password is null)
            return null;
        foreach (string field in (string[])["token", "tokenFile"])
            if (user.Text(field) is not null)
                throw user.Invalid(field, "is used together with username or password: only one way to authenticate is allowed");
        return name is null ? null : new(name, password ?? "");
    }

    private static string? ReadToken(YamlSection user)
    {
        // Unlike the content of a token file, it is not trimmed.
        string? token = user.Text("token");
        if (token is null)
            return null;
        if (!HeaderText.IsValid(token))
            throw user.Invalid("token", "contains a line break or another control character");
        return char.IsWhiteSpace(token[0]) ? throw user.Invalid("token", "begins with white space; API servers refuse it") : token;
    }

    /// <summary>With a token the file may be missing; the token is sent until the file exists.</summary>
    private static string? ReadTokenFile(YamlSection user)
    {
        if (user.Text("tokenFile") is not { } path)
            return null;
        path = KubeconfigPath.Resolve(user, path);
        return File.Exists(path) || user.Text("token") is not null
            ? path
            : throw user.Invalid("tokenFile", $"names '{path}', which does not exist");
    }
}
