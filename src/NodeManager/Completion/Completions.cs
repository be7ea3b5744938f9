using System.Management.Automation;
using System.Management.Automation.Language;

namespace NodeManager.Completion;

/// <summary>Candidates as PowerShell wants them.</summary>
internal static class Completions
{
    /// <summary>Those that start with what was typed, or contain it where none starts with it; quoted where a bare word will not do.</summary>
    public static IEnumerable<CompletionResult> From(IEnumerable<string> candidates, string word)
    {
        string typed = word.Trim('\'', '"');
        string[] all = [.. candidates.Distinct(StringComparer.Ordinal)];
        string[] starting = [.. all.Where(c => c.StartsWith(typed, StringComparison.OrdinalIgnoreCase))];
        IEnumerable<string> chosen = starting.Length > 0
            ? starting
            : all.Where(c => c.Contains(typed, StringComparison.OrdinalIgnoreCase));
        return chosen.Select(c => new CompletionResult(Quote(c), c, CompletionResultType.ParameterValue, c));
    }

    private static string Quote(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=') && value[0] != '-'
            ? value
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";
}
