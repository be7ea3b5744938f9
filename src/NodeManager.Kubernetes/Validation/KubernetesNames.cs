namespace NodeManager.Kubernetes.Validation;

/// <summary>
/// Kubernetes' rules for names. Each check answers null, or the rule that is broken, as the API server words it.
/// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
/// </summary>
public static class KubernetesNames
{
    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

    /// <summary>Nodes and most other objects: at most 253 characters, lower case, labels joined by dots.</summary>
    public static string? CheckSubdomain(string name) => Rules.Join(
        name.Length > 253 ? Rules.TooLong(253) : null,
        IsSubdomain(name) ? null : Rules.Pattern(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
            LabelPattern + @"(\." + LabelPattern + ")*", "example.com"));

    /// <summary>Namespaces and what becomes a host name: at most 63 characters, no dots.</summary>
    public static string? CheckLabel(string name) => Rules.Join(
        name.Length > 63 ? Rules.TooLong(63) : null,
        IsLabel(name) ? null : Rules.Pattern(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            LabelPattern, "my-name", "123-abc"));

    private static bool IsSubdomain(string name)
    {
        foreach (Range part in name.AsSpan().Split('.'))
            if (!IsLabel(name.AsSpan()[part])) return false;
        return true;
    }

    private static bool IsLabel(ReadOnlySpan<char> name) =>
        !name.IsEmpty && name[0] != '-' && name[^1] != '-' && !name.ContainsAnyExcept(Rules.LabelCharacters);
}
