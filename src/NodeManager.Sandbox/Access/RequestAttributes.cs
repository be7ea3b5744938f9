using NodeManager.Sandbox.Api;

namespace NodeManager.Sandbox.Access;

/// <summary>
/// What a request wants to do, as rules speak of it: a verb on a resource, or on a path. Read from the path alone, whether or not
/// anything is served there: who may not ask does not learn what there is.
/// </summary>
internal sealed record RequestAttributes
{
    public required string Verb { get; init; }

    public string Group { get; init; } = "";

    /// <summary>Empty for a path that is no resource.</summary>
    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Empty at the cluster's scope.</summary>
    public string Namespace { get; init; } = "";

    public string Path { get; init; } = "";

    public bool IsResource => Resource.Length > 0;

    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public static RequestAttributes Of(ApiRequest request)
    {
        string[] steps = [.. request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        return steps switch
        {
            ["api", _, _, ..] => OfResource(request, "", steps.AsSpan(2)),
            ["apis", var group, _, _, ..] => OfResource(request, group, steps.AsSpan(3)),
            _ => new() { Verb = request.Method.ToLowerInvariant(), Path = request.Path },
        };
    }

    private static RequestAttributes OfResource(ApiRequest request, string group, ReadOnlySpan<string> steps)
    {
        string ns = "";
        if (steps[0] == "namespaces" && steps.Length > 1)
        {
            ns = steps[1];
            if (steps.Length > 2 && steps[2] is not ("status" or "finalize")) steps = steps[2..];
        }

        string name = steps.Length > 1 ? steps[1] : "";
        string verb = VerbOf(request, name.Length == 0);
        if (name.Length == 0 && verb is "list" or "watch" or "deletecollection") name = SelectedName(request);
        return new()
        {
            Verb = verb, Group = group, Resource = steps[0], Name = name, Subresource = steps.Length > 2 ? steps[2] : "", Namespace = ns, Path = request.Path,
        };
    }

    private static string VerbOf(ApiRequest request, bool isCollection) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => isCollection ? "deletecollection" : "delete",
        "GET" or "HEAD" when isCollection => request.Query.IsTrue("watch") ? "watch" : "list",
        "GET" or "HEAD" => "get",
        _ => request.Method.ToLowerInvariant(),
    };

    // A list of one name is a question for that name.
    private static string SelectedName(ApiRequest request) =>
        (request.Query["fieldSelector"] ?? "").Split(',').Where(static term => term.StartsWith("metadata.name=", StringComparison.Ordinal))
            .Select(static term => term["metadata.name=".Length..].TrimStart('=')).FirstOrDefault("");
}
