namespace NodeManager.Architecture.Tests.Texts;

/// <summary>What a help page says of a parameter.</summary>
internal sealed record HelpParameter(string Name, string Text, string Type, string Default, bool IsOptional)
{
    // Types that always have a value, so that leaving the parameter out has a meaning that the page has to name.
    private static readonly string[] ValueTypes = ["Int32", "Int64", "Double", "Decimal", "TimeSpan", "DateTimeOffset"];

    public IEnumerable<string> Findings()
    {
        string[] beginnings = Name switch
        {
            "WhatIf" => ["Shows "],
            "Confirm" => ["Prompts "],
            _ => Type == "SwitchParameter" ? ["Indicates ", "Specifies "] : ["Specifies "],
        };
        if (!beginnings.Any(one => Text.StartsWith(one, StringComparison.Ordinal)))
            yield return $"-{Name} begins with \"{beginnings[0]}\", not: {Text[..Math.Min(50, Text.Length)]}";
        if (Default.Length == 0)
            yield return $"-{Name} needs a DefaultValue";
        if (
            IsOptional
            && Default == "None"
            && ValueTypes.Contains(Type, StringComparer.Ordinal)
            && !Text.Contains("default", StringComparison.OrdinalIgnoreCase)
        )
            yield return $"-{Name} has a value when it is left out: the DefaultValue or a sentence (\"By default, ...\") names it";
    }
}
