using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>A cmdlet's page in the form of PlatyPS.</summary>
internal sealed partial class HelpPage(string text)
{
    private readonly string _text = text.ReplaceLineEndings("\n");

    public string Synopsis => Section("SYNOPSIS");

    public IEnumerable<HelpParameter> Parameters =>
        Parameter()
            .Matches(Section("PARAMETERS"))
            .Select(static one => new HelpParameter(
                one.Groups[1].Value,
                one.Groups[2].Value.Trim(),
                Value(one.Groups[3].Value, "Type"),
                Value(one.Groups[3].Value, "DefaultValue"),
                one.Groups[3].Value.Contains("IsRequired: false", StringComparison.Ordinal)
            ));

    /// <summary>The examples: their title, what is written beside the code, and whether it shows output or states that there is none.</summary>
    public IEnumerable<(string Title, string Prose, bool HasOutput)> Examples =>
        Example()
            .Split(Section("EXAMPLES"))
            .Skip(1)
            .Select(static one => one.Split('\n', 2))
            .Select(static parts =>
                (
                    parts[0],
                    Fence().Replace(parts[1], "").Trim(),
                    parts[1].Contains("```output", StringComparison.OrdinalIgnoreCase)
                        || parts[1].Contains("returns nothing", StringComparison.Ordinal)
                )
            );

    private static string Value(string yaml, string key) => Regex.Match(yaml, $"(?m)^{key}: *(.*)$").Groups[1].Value.Trim();

    private string Section(string name) => Regex.Match(_text, $@"(?ms)^## {name}\n(.*?)(?=^## [A-Z]|\z)").Groups[1].Value.Trim();

    [GeneratedRegex(@"^### -(\w+)\n(.*?)```yaml\n(.*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Parameter();

    [GeneratedRegex("^### ", RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
