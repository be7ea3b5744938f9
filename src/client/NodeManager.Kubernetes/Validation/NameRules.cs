using System.Buffers;

namespace NodeManager.Kubernetes.Validation;

/// <summary>
/// Kubernetes' rules for names, label keys and label values. Each check returns violations in the API server's words. Source:
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
/// </summary>
public static class NameRules
{
    private const string Empty = "must be non-empty";

    private const string LabelValueFault =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string SubdomainFault =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelFault =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string NameFault =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric "
        + "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string QualifiedNameFault =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
        + "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ConfigKeyFault =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for "
        + "validation is '[-._a-zA-Z0-9]+')";

    private const string AnyVariableFault =
        "a valid environment variable name must consist only of printable ASCII characters other than '='";

    private const string VariableFault =
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or "
        + "'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

    private static readonly SearchValues<char> LowerLabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    );

    /// <summary>Nodes and most other objects: labels joined by dots.</summary>
    public static string[] Subdomain(string name) => Check(name, 253, IsSubdomain(name), SubdomainFault);

    /// <summary>Namespaces and host names: no dots.</summary>
    public static string[] Label(string name) => Check(name, 63, IsLabel(name), LabelFault);

    /// <summary>A label that begins with a letter (RFC 1035), for resources and services.</summary>
    public static string[] LetterLabel(string name) => Check(name, 63, IsLabel(name) && char.IsAsciiLetter(name[0]), NameFault);

    public static string[] Kind(string kind) =>
        [.. LetterLabel(kind.ToLowerInvariant()).Select(static fault => "may have mixed case, but should otherwise match: " + fault)];

    /// <summary>Empty, or alphanumeric with separators.</summary>
    public static string[] LabelValue(string value) => value.Length == 0 ? [] : Check(value, 63, IsName(value), LabelValueFault, "bytes");

    /// <summary>A segment of a path; allows colons.</summary>
    public static string[] PathSegment(string name) =>
        name is "." or ".." ? [$"must not be '{name}'"] : [.. "/%".Where(name.Contains).Select(static one => $"must not contain '{one}'")];

    /// <summary>The key of a ConfigMap or Secret, which is a file name.</summary>
    public static string[] ConfigKey(string key)
    {
        string[] faults = Check(key, 253, key.Length > 0 && !key.AsSpan().ContainsAnyExcept(NameCharacters), ConfigKeyFault);
        return key switch
        {
            "." => [.. faults, "must not be '.'"],
            ".." => [.. faults, "must not be '..'"],
            _ when key.StartsWith("..", StringComparison.Ordinal) => [.. faults, "must not start with '..'"],
            _ => faults,
        };
    }

    /// <summary>The name of a port: letters, digits and single hyphens, at least one letter.</summary>
    public static string[] PortName(string name)
    {
        List<string> faults = [];
        if (name.Length > 15)
            faults.Add("must be no more than 15 characters");
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(LowerLabelCharacters))
            faults.Add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        if (!name.AsSpan().ContainsAnyInRange('a', 'z'))
            faults.Add("must contain at least one letter (a-z)");
        if (name.Contains("--", StringComparison.Ordinal))
            faults.Add("must not contain consecutive hyphens");
        if (name.Length > 0 && (name[0] == '-' || name[^1] == '-'))
            faults.Add("must not begin or end with a hyphen");
        return [.. faults];
    }

    /// <summary>The name of an environment variable on servers from 1.32 on.</summary>
    public static string[] AnyVariable(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange(' ', '~') && !name.Contains('=', StringComparison.Ordinal)
            ? []
            : [AnyVariableFault];

    public static string[] Variable(string name)
    {
        List<string> faults = [];
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || name.AsSpan().ContainsAnyExcept(NameCharacters))
            faults.Add(VariableFault);
        switch (name)
        {
            case ".":
                faults.Add("must not be '.'");
                break;
            case "..":
                faults.Add("must not be '..'");
                break;
            default:
                if (name.StartsWith("..", StringComparison.Ordinal))
                    faults.Add("must not start with '..'");
                break;
        }

        return [.. faults];
    }

    /// <summary>A label or taint key: an optional DNS subdomain, a slash, a name.</summary>
    public static string[] QualifiedName(string key)
    {
        string[] parts = key.Split('/');
        if (parts.Length > 2)
            return
            [
                "a qualified name " + QualifiedNameFault + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
            ];
        List<string> faults = [];
        if (parts.Length == 2)
        {
            if (parts[0].Length == 0)
                faults.Add("prefix part " + Empty);
            else
                faults.AddRange(Subdomain(parts[0]).Select(static fault => "prefix part " + fault));
        }

        string name = parts[^1];
        if (name.Length == 0)
            faults.Add("name part " + Empty);
        else if (name.Length > 63)
            faults.Add("name part must be no more than 63 bytes");
        if (!IsName(name))
            faults.Add("name part " + QualifiedNameFault);
        return [.. faults];
    }

    /// <summary>Null for none.</summary>
    internal static string? Text(string[] broken) => broken.Length == 0 ? null : string.Join("; ", broken);

    private static string[] Check(string name, int maximumLength, bool fits, string fault, string unit = "characters")
    {
        bool isLong = name.Length > maximumLength;
        if (!isLong && fits)
            return [];
        string tooLong = $"must be no more than {maximumLength} {unit}";
        return fits ? [tooLong]
            : isLong ? [tooLong, fault]
            : [fault];
    }

    private static bool IsSubdomain(string name)
    {
        foreach (Range part in name.AsSpan().Split('.'))
            if (!IsLabel(name.AsSpan()[part]))
                return false;
        return true;
    }

    private static bool IsLabel(ReadOnlySpan<char> name) =>
        !name.IsEmpty && name[0] != '-' && name[^1] != '-' && !name.ContainsAnyExcept(LowerLabelCharacters);

    private static bool IsName(string name) =>
        name.Length > 0
        && char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1])
        && !name.AsSpan().ContainsAnyExcept(NameCharacters);
}
