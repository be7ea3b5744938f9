namespace NodeManager.Sandbox.Api.Requests;

/// <summary>The <c>Impersonate-</c> headers of a request.</summary>
internal sealed record ImpersonationRequest(
    string User,
    string Uid,
    IReadOnlyList<string> Groups,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Extra
)
{
    private const string Prefix = "Impersonate-";
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <summary>Null without such headers. Names are case-insensitive.</summary>
    public static ImpersonationRequest? Read(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        string user = "",
            uid = "";
        string[] groups = [];
        Dictionary<string, IReadOnlyList<string>>? extra = null;
        bool isAsked = false;
        foreach ((string name, IEnumerable<string> values) in headers)
        {
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                continue;
            isAsked = true;
            if (name.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
                (extra ??= [])[Uri.UnescapeDataString(name[ExtraPrefix.Length..]).ToLowerInvariant()] = [.. values];
            else if (name.Equals(Prefix + "User", StringComparison.OrdinalIgnoreCase))
                user = values.FirstOrDefault("");
            else if (name.Equals(Prefix + "Uid", StringComparison.OrdinalIgnoreCase))
                uid = values.FirstOrDefault("");
            else if (name.Equals(Prefix + "Group", StringComparison.OrdinalIgnoreCase))
                groups = [.. values];
        }

        return isAsked ? new(user, uid, groups, extra ?? []) : null;
    }
}
