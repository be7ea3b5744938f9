namespace NodeManager.Kubernetes.Selectors;

/// <summary>Writes field selectors. The server determines the supported fields; sets are not supported.</summary>
public static class FieldSelector
{
    public static string Equal(string field, string value) => $"{field}={Escape(value)}";

    public static string NotEqual(string field, string value) => $"{field}!={Escape(value)}";

    /// <summary>Combines terms with AND and skips null ones. Null for none.</summary>
    public static string? And(params IEnumerable<string?> terms) =>
        string.Join(',', terms.Where(term => !string.IsNullOrEmpty(term))) is { Length: > 0 } text ? text : null;

    /// <summary>Escapes characters that would end a value.</summary>
    public static string Escape(string value) =>
        value
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace(",", @"\,", StringComparison.Ordinal)
            .Replace("=", @"\=", StringComparison.Ordinal);
}
