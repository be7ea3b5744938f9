namespace NodeManager.Core.Errors;

/// <summary>What a request was about, read from its method and path; the words are those that RBAC rules use.</summary>
/// <param name="Verb">As in a role: <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c>, …</param>
/// <param name="Group">Empty for core.</param>
/// <param name="Resource">Plural, with the subresource: <c>pods/eviction</c>. Empty for a path that is no resource's.</param>
/// <param name="Namespace">Empty for the whole cluster.</param>
/// <param name="Name">Empty for a collection.</param>
internal readonly record struct RequestPath(string Verb, string Group, string Resource, string Namespace, string Name)
{
    /// <summary><c>nodes</c>, <c>pods/eviction</c>, <c>daemonsets.apps</c>; the way kubectl and RBAC messages write it.</summary>
    public string QualifiedResource
    {
        get
        {
            if (Group.Length == 0) return Resource;
            int slash = Resource.IndexOf('/', StringComparison.Ordinal);
            return slash < 0 ? $"{Resource}.{Group}" : $"{Resource[..slash]}.{Group}{Resource[slash..]}";
        }
    }

    public static RequestPath Parse(string method, string pathAndQuery)
    {
        int question = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        string query = question < 0 ? "" : pathAndQuery[(question + 1)..];
        string[] parts = (question < 0 ? pathAndQuery : pathAndQuery[..question]).Split('/', StringSplitOptions.RemoveEmptyEntries);

        int at = parts is ["api", ..] ? 2 : parts is ["apis", ..] ? 3 : parts.Length;
        string group = parts is ["apis", var g, ..] ? g : "";
        string ns = "";
        // .../namespaces/NAME/RESOURCE is something in a namespace; .../namespaces/NAME alone is the namespace itself.
        if (parts.Length > at + 2 && parts[at] == "namespaces")
        {
            ns = Uri.UnescapeDataString(parts[at + 1]);
            at += 2;
        }

        string resource = at < parts.Length ? parts[at] : "";
        string name = at + 1 < parts.Length ? Uri.UnescapeDataString(parts[at + 1]) : "";
        if (at + 2 < parts.Length) resource += "/" + parts[at + 2];
        return new(VerbOf(method, query, name.Length > 0), group, resource, ns, name);
    }

    private static string VerbOf(string method, string query, bool named) => method switch
    {
        "GET" when named => "get",
        "GET" => query.Contains("watch=", StringComparison.Ordinal) ? "watch" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        _ => method.ToLowerInvariant(),
    };
}
