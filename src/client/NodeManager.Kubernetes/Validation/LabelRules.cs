namespace NodeManager.Kubernetes.Validation;

/// <summary>
/// The rules of <see cref="NameRules"/> for labels and annotations, as one text. Each check answers null, or the rules that are broken, as the API server words them.
/// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
/// </summary>
public static class LabelRules
{
    /// <summary>A name of at most 63 characters, optionally behind a DNS subdomain and a slash.</summary>
    public static string? CheckKey(string key) => NameRules.Text(NameRules.QualifiedName(key));

    /// <summary>Empty, or at most 63 characters that begin and end alphanumeric.</summary>
    public static string? CheckValue(string value) => NameRules.Text(NameRules.LabelValue(value));

    /// <summary>As a label's, but the prefix may have upper case.</summary>
    public static string? CheckAnnotationKey(string key) => CheckKey(key.ToLowerInvariant());
}
