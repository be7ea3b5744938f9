namespace NodeManager.Kubernetes.Selectors;

/// <summary>Writes field selectors. Which fields can be selected by is the server's to say; it knows no sets here.</summary>
public static class FieldSelector
{
    public static string Equal(string field, string value) => $"{field}={Escape(value)}";

    public static string NotEqual(string field, string value) => $"{field}!={Escape(value)}";

    /// <summary>All of them hold; absent ones are left out. Null when none is there.</summary>
    public static string? And(params IEnumerable<string?> terms) =>
        string.Join(',', terms.Where(term => !string.IsNullOrEmpty(term))) is { Length: > 0 } text ? text : null;

    /// <summary>A backslash before what would end a value.</summary>
    public static string Escape(string value) =>
        value
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace(",", @"\,", StringComparison.Ordinal)
            .Replace("=", @"\=", StringComparison.Ordinal);
}
