using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Kinds;

/// <summary>Kubernetes' rules for names, label keys and label values. Each answers what is wrong, in the API's words, or null.</summary>
internal static partial class NameRules
{
    public const string LabelValueFault =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string SubdomainFault =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric " +
        "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelFault =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
        "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string NameFault =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric " +
        "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string QualifiedNameFault =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or " +
        "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    public static string? Subdomain(string name) =>
        name.Length > 253 ? "must be no more than 253 characters" : SubdomainPattern().IsMatch(name) ? null : SubdomainFault;

    public static string? Label(string name) =>
        name.Length > 63 ? "must be no more than 63 characters" : LabelPattern().IsMatch(name) ? null : LabelFault;

    /// <summary>A label that begins with a letter (RFC 1035): names of resources and of services.</summary>
    public static string? LetterLabel(string name) =>
        name.Length > 63 ? "must be no more than 63 characters" : LetterLabelPattern().IsMatch(name) ? null : NameFault;

    /// <summary>The name of a kind.</summary>
    public static string? Kind(string kind) =>
        LetterLabel(kind.ToLowerInvariant()) is { } fault ? "may have mixed case, but should otherwise match: " + fault : null;

    public static string? LabelValue(string value) =>
        value.Length > 63 ? "must be no more than 63 characters" : value.Length == 0 || QualifiedPattern().IsMatch(value) ? null : LabelValueFault;

    /// <summary>A label or taint key: an optional DNS subdomain, a slash, a name.</summary>
    public static string? QualifiedName(string key)
    {
        string[] parts = key.Split('/');
        string name = parts[^1];
        switch (parts.Length)
        {
            case 1:
                break;
            case 2:
                if (parts[0].Length == 0) return "prefix part must be non-empty";
                if (Subdomain(parts[0]) is { } fault) return "prefix part " + fault;
                break;
            default:
                return "a qualified name " + QualifiedNameFault +
                    " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        }

        if (name.Length == 0) return "name part must be non-empty";
        if (name.Length > 63) return "name part must be no more than 63 characters";
        return QualifiedPattern().IsMatch(name) ? null : "name part " + QualifiedNameFault;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LetterLabelPattern();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex QualifiedPattern();
}
