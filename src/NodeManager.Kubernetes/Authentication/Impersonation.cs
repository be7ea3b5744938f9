using System.Net.Http.Headers;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>Who to act as. Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation</summary>
internal sealed record Impersonation(string User)
{
    public const string UserHeader = "Impersonate-User";

    public string? Uid { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public void AddTo(HttpRequestHeaders headers)
    {
        headers.Add(UserHeader, User);
        if (Uid is not null) headers.Add("Impersonate-Uid", Uid);
        if (Groups.Count > 0) headers.Add("Impersonate-Group", Groups);
        foreach ((string key, IReadOnlyList<string> values) in Extra)
            headers.Add("Impersonate-Extra-" + Uri.EscapeDataString(key.ToLowerInvariant()), values);
    }
}
