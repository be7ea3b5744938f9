using NodeManager.Sandbox.Ownership;

namespace NodeManager.Sandbox.Api;

/// <summary>Under which name a request writes: as it says itself, else as its client is called.</summary>
internal static class RequestAuthor
{
    private const int Longest = 128;

    /// <param name="request">The request.</param>
    /// <param name="path">What it writes, and at which version.</param>
    /// <param name="options">How the API names the request's options.</param>
    /// <exception cref="ApiException">422: no such name can be.</exception>
    public static FieldManager Of(ApiRequest request, ResourcePath path, string options)
    {
        string stated = request.Query["fieldManager"] ?? "";
        if (stated.Length > Longest) throw ApiErrors.InvalidOption(options, static errors => errors.TooLong("fieldManager", Longest));
        for (int i = 0; i < stated.Length; i++)
        {
            if (!char.IsControl(stated[i])) continue;
            string fault = $"invalid character U+{(int)stated[i]:X4} (at position {i})";
            throw ApiErrors.InvalidOption(options, errors => errors.Invalid("fieldManager", stated, fault));
        }

        string name = stated.Length > 0 ? stated : request.UserAgent.Split('/')[0];
        return new(name.Length > Longest ? name[..Longest] : name, path.ApiVersion);
    }
}
