using System.Net.Http.Headers;

namespace NodeManager.Kubernetes.Credentials;

/// <summary>
/// A user to impersonate. Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
/// </summary>
internal sealed record Impersonation(string User)
{
    public const string UserHeader = "Impersonate-User";

    public string? Uid { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The kubeconfig field of the first value that cannot be sent; null for none.</summary>
    public string? InvalidField =>
        !HeaderText.IsValid(User) ? "as"
        : !HeaderText.IsValid(Uid ?? "") ? "as-uid"
        : !Groups.All(HeaderText.IsValid) ? "as-groups"
        : !Extra.Values.All(values => values.All(HeaderText.IsValid)) ? "as-user-extra"
        : null;

    /// <summary>Adds the headers. <see cref="Transport.RepeatedHeaders"/> sends several groups as one header each.</summary>
    public void AddTo(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation(UserHeader, User);
        if (Uid is not null)
            headers.TryAddWithoutValidation("Impersonate-Uid", Uid);
        headers.TryAddWithoutValidation("Impersonate-Group", Groups);
        foreach ((string key, IReadOnlyList<string> values) in Extra)
            headers.TryAddWithoutValidation("Impersonate-Extra-" + Uri.EscapeDataString(key.ToLowerInvariant()), values);
    }
}
