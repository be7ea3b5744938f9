namespace NodeManager.Kubernetes.Validation;

/// <summary>
/// Kubernetes' rules for labels and annotations. Each check answers null, or the rule that is broken, as the API server words it.
/// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
/// </summary>
public static class LabelRules
{
    private const string NamePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string NameRule = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    /// <summary>A name of at most 63 characters, optionally behind a DNS subdomain and a slash.</summary>
    public static string? CheckKey(string key)
    {
        string[] parts = key.Split('/');
        if (parts.Length > 2)
            return "a qualified name " + Rules.Pattern(NameRule, NamePattern, "MyName", "my.name", "123-abc")
                + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        string name = parts[^1];
        string? prefix = parts.Length == 1 ? null : parts[0].Length == 0 ? Rules.Empty : KubernetesNames.CheckSubdomain(parts[0]);
        return Rules.Join(
            prefix is null ? null : "prefix part " + prefix,
            name.Length == 0 ? "name part " + Rules.Empty : name.Length > 63 ? "name part " + Rules.TooLong(63) : null,
            IsName(name) ? null : "name part " + Rules.Pattern(NameRule, NamePattern, "MyName", "my.name", "123-abc"));
    }

    /// <summary>Empty, or at most 63 characters that begin and end alphanumeric.</summary>
    public static string? CheckValue(string value) => Rules.Join(
        value.Length > 63 ? Rules.TooLong(63) : null,
        value.Length == 0 || IsName(value) ? null : Rules.Pattern(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            $"({NamePattern})?", "MyValue", "my_value", "12345"));

    /// <summary>As a label's, but the prefix may have upper case.</summary>
    public static string? CheckAnnotationKey(string key) => CheckKey(key.ToLowerInvariant());

    private static bool IsName(string name) =>
        name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && !name.AsSpan().ContainsAnyExcept(Rules.NameCharacters);
}
