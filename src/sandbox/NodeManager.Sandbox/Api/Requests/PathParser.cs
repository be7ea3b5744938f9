namespace NodeManager.Sandbox.Api.Requests;

internal static class PathParser
{
    /// <summary>Null for an unknown path.</summary>
    public static ResourcePath? Parse(KindCatalog catalog, string path, string method = "GET")
    {
        string[] steps = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        if (steps.Any(static step => step is "." or ".." || step.AsSpan().ContainsAny("/\\\0")))
            return null;
        int at;
        string group,
            version;
        switch (steps)
        {
            case ["api", var core, ..]:
                (group, version, at) = ("", core, 2);
                break;
            case ["apis", var named, var its, ..]:
                (group, version, at) = (named, its, 3);
                break;
            default:
                return null;
        }

        ReadOnlySpan<string> rest = steps.AsSpan(at);
        string? ns = null;

        // "namespaces" is a prefix only if more follows than subresources of a namespace.
        if (rest.Length >= 3 && rest[0] == "namespaces" && !(group.Length == 0 && rest.Length == 3 && rest[2] is "status" or "finalize"))
        {
            ns = rest[1];
            rest = rest[2..];
        }

        if (rest.Length is 0 or > 3)
            return null;
        ResourceKind? kind = catalog.Find(group, version, rest[0]);
        if (kind is null || (ns is not null && !kind.IsNamespaced) || (ns is null && kind.IsNamespaced && rest.Length > 1))
            return null;
        if (kind.Custom is not null && kind.IsNamespaced && ns is null && method != "GET")
            return null;
        string subresource = rest.Length == 3 ? rest[2] : "";
        if (!IsKnown(kind, version, subresource))
            return null;
        return new(kind, version, ns, rest.Length > 1 ? rest[1] : "", subresource);
    }

    /// <summary>The group version is served.</summary>
    public static bool IsServed(KindCatalog catalog, string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", _, ..] => true,
            ["apis", var group, _, ..] => catalog.Kinds.Any(kind => kind.Group == group && kind.Custom is null),
            _ => false,
        };

    private static bool IsKnown(ResourceKind kind, string version, string subresource) =>
        subresource switch
        {
            "" => true,
            "status" => kind.HasStatusAt(version),
            "scale" => kind.HasScaleAt(version),
            _ => kind.Subresources.Contains(subresource),
        };
}
