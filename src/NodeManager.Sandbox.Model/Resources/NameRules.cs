using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>Kubernetes' rules for names, label keys and label values. Each answers what is wrong, in the API's words; nothing where it is right.</summary>
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

    private const string ConfigKeyFault =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for " +
        "validation is '[-._a-zA-Z0-9]+')";

    private const string AnyVariableFault = "a valid environment variable name must consist only of printable ASCII characters other than '='";

    private const string VariableFault =
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or " +
        "'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

    public static string[] Subdomain(string name) => Check(name, 253, SubdomainPattern(), SubdomainFault);

    public static string[] Label(string name) => Check(name, 63, LabelPattern(), LabelFault);

    /// <summary>A label that begins with a letter (RFC 1035): names of resources and of services.</summary>
    public static string[] LetterLabel(string name) => Check(name, 63, LetterLabelPattern(), NameFault);

    /// <summary>The name of a kind.</summary>
    public static string[] Kind(string kind) => [.. LetterLabel(kind.ToLowerInvariant()).Select(static fault => "may have mixed case, but should otherwise match: " + fault)];

    public static string[] LabelValue(string value) => value.Length == 0 ? [] : Check(value, 63, QualifiedPattern(), LabelValueFault, "bytes");

    /// <summary>What can be a step of a path: names with colons, for one.</summary>
    public static string[] PathSegment(string name) => name is "." or ".."
        ? [$"may not be '{name}'"]
        : [.. "/%".Where(name.Contains).Select(static one => $"may not contain '{one}'")];

    /// <summary>The key of a config map or secret, which is a file's name.</summary>
    public static string[] ConfigKey(string key)
    {
        string[] faults = Check(key, 253, ConfigKeyPattern(), ConfigKeyFault);
        return key switch
        {
            "." => [.. faults, "must not be '.'"],
            ".." => [.. faults, "must not be '..'"],
            _ when key.StartsWith("..", StringComparison.Ordinal) => [.. faults, "must not start with '..'"],
            _ => faults,
        };
    }

    /// <summary>The name of a port: letters, digits and single hyphens, one letter at least.</summary>
    public static string[] PortName(string name)
    {
        List<string> faults = [];
        if (name.Length > 15) faults.Add("must be no more than 15 characters");
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(PortCharacters)) faults.Add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        if (!name.AsSpan().ContainsAnyInRange('a', 'z')) faults.Add("must contain at least one letter (a-z)");
        if (name.Contains("--", StringComparison.Ordinal)) faults.Add("must not contain consecutive hyphens");
        if (name.Length > 0 && (name[0] == '-' || name[^1] == '-')) faults.Add("must not begin or end with a hyphen");
        return [.. faults];
    }

    /// <summary>The name of an environment variable, as servers from 1.32 on take it.</summary>
    public static string[] AnyVariable(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange(' ', '~') && !name.Contains('=', StringComparison.Ordinal) ? [] : [AnyVariableFault];

    /// <summary>The name of an environment variable.</summary>
    public static string[] Variable(string name)
    {
        List<string> faults = [];
        if (!VariablePattern().IsMatch(name)) faults.Add(VariableFault);
        switch (name)
        {
            case ".":
                faults.Add("must not be '.'");
                break;
            case "..":
                faults.Add("must not be '..'");
                break;
            default:
                if (name.StartsWith("..", StringComparison.Ordinal)) faults.Add("must not start with '..'");
                break;
        }

        return [.. faults];
    }

    /// <summary>A label or taint key: an optional DNS subdomain, a slash, a name.</summary>
    public static string[] QualifiedName(string key)
    {
        string[] parts = key.Split('/');
        if (parts.Length > 2) return ["a qualified name " + QualifiedNameFault + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        List<string> faults = [];
        if (parts.Length == 2)
        {
            if (parts[0].Length == 0) faults.Add("prefix part must be non-empty");
            else faults.AddRange(Subdomain(parts[0]).Select(static fault => "prefix part " + fault));
        }

        string name = parts[^1];
        if (name.Length == 0) faults.Add("name part must be non-empty");
        else if (name.Length > 63) faults.Add("name part must be no more than 63 bytes");
        if (!QualifiedPattern().IsMatch(name)) faults.Add("name part " + QualifiedNameFault);
        return [.. faults];
    }

    private static string[] Check(string name, int most, Regex pattern, string fault, string unit = "characters")
    {
        bool isLong = name.Length > most, fits = pattern.IsMatch(name);
        if (!isLong && fits) return [];
        string tooLong = $"must be no more than {most} {unit}";
        return fits ? [tooLong] : isLong ? [tooLong, fault] : [fault];
    }

    private static readonly System.Buffers.SearchValues<char> PortCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    [GeneratedRegex(@"^[-._a-zA-Z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex ConfigKeyPattern();

    [GeneratedRegex(@"^[-._a-zA-Z][-._a-zA-Z0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LetterLabelPattern();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex QualifiedPattern();
}
