namespace NodeManager.Kubernetes.Requests;

/// <summary>
/// The RBAC attributes of a request, from its method and path. Source: RequestInfo of https://github.com/kubernetes/apiserver
/// </summary>
public sealed record RequestInfo
{
    /// <summary><c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c>, <c>deletecollection</c>.</summary>
    public required string Verb { get; init; }

    /// <summary>Empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>Plural. Empty for a path that is not a resource.</summary>
    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Empty for a collection.</summary>
    public string Name { get; init; } = "";

    /// <summary>Empty for the whole cluster. A namespace is in itself.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>As in RBAC rules: <c>pods</c>, <c>pods/eviction</c>.</summary>
    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    /// <summary>As in kubectl: <c>nodes</c>, <c>pods/eviction</c>, <c>daemonsets.apps</c>.</summary>
    public string QualifiedResource =>
        (Group.Length == 0 ? Resource : $"{Resource}.{Group}") + (Subresource.Length == 0 ? "" : $"/{Subresource}");

    /// <param name="method">Uppercase.</param>
    /// <param name="path">Escaped, without the query.</param>
    public static RequestInfo Parse(string method, string path, bool isWatch)
    {
        string[] steps = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        return steps switch
        {
            ["api", _, _, ..] => OfResource(method, isWatch, "", steps.AsSpan(2)),
            ["apis", var group, _, _, ..] => OfResource(method, isWatch, group, steps.AsSpan(3)),
            _ => new() { Verb = method.ToLowerInvariant() },
        };
    }

    /// <param name="method">Uppercase.</param>
    /// <param name="isNamed">The path names an object, not a collection.</param>
    public static string VerbOf(string method, bool isNamed, bool isWatch) =>
        method switch
        {
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => isNamed ? "delete" : "deletecollection",
            "GET" or "HEAD" when isNamed => "get",
            "GET" or "HEAD" => isWatch ? "watch" : "list",
            _ => method.ToLowerInvariant(),
        };

    private static RequestInfo OfResource(string method, bool isWatch, string group, ReadOnlySpan<string> steps)
    {
        string ns = "";
        if (steps[0] == "namespaces" && steps.Length > 1)
        {
            ns = steps[1];
            // The rest is in the namespace, unless it is a subresource of the namespace itself.
            if (steps.Length > 2 && steps[2] is not ("status" or "finalize"))
                steps = steps[2..];
        }

        string name = steps.Length > 1 ? steps[1] : "";
        return new()
        {
            Verb = VerbOf(method, name.Length > 0, isWatch),
            Group = group,
            Resource = steps[0],
            Subresource = steps.Length > 2 ? steps[2] : "",
            Name = name,
            Namespace = ns,
        };
    }
}
