namespace NodeManager.Kubernetes.Validation;

/// <summary>
/// Checks of <see cref="NameRules"/> for labels and annotations, with their results as one text; null if valid. Source:
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
/// </summary>
public static class LabelRules
{
    /// <summary>A name of at most 63 characters, optionally with a DNS subdomain and a slash before it.</summary>
    public static string? CheckKey(string key) => NameRules.Text(NameRules.QualifiedName(key));

    /// <summary>Empty, or at most 63 characters with alphanumeric first and last ones.</summary>
    public static string? CheckValue(string value) => NameRules.Text(NameRules.LabelValue(value));

    /// <summary>As a label key, with an uppercase prefix allowed.</summary>
    public static string? CheckAnnotationKey(string key) => CheckKey(key.ToLowerInvariant());
}
