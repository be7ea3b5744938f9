using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>The rules for every text, with their exceptions.</summary>
internal sealed class TextRules
{
    private const string Folder = "tests/NodeManager.Architecture.Tests/Texts";

    /// <summary>The words that a sentence of a message may have.</summary>
    public const int LongestSentence = 25;

    // In place of words: none of the file's texts is prose.
    private const string WholeFile = "*";

    private readonly (Regex Pattern, string Instead)[] _phrases;
    private readonly (string File, string Text, string Reason)[] _exceptions;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    private TextRules(string[] phrases, string[] exceptions)
    {
        _phrases =
        [
            .. phrases
                .Select(static line => line.Split('\t', 2))
                .Select(static parts => (new Regex(parts[0], RegexOptions.IgnoreCase), parts[1])),
        ];
        _exceptions = [.. exceptions.Select(static line => line.Split('\t', 3)).Select(static parts => (parts[0], parts[1], parts[2]))];
    }

    /// <summary>The exceptions that no text has needed so far.</summary>
    public IEnumerable<string> UnusedExceptions =>
        _exceptions.Select(static one => $"{one.File}: {one.Text}").Where(one => !_used.Contains(one));

    public static TextRules Load(string phrases = "phrases.txt") => new(Lines(phrases), Lines("exceptions.txt"));

    public static TextRules Of(string[] phrases, string[] exceptions) => new(phrases, exceptions);

    public IEnumerable<string> Phrases(string file, string text)
    {
        if (IsWholeFileAllowed(file))
            yield break;
        foreach ((Regex pattern, string instead) in _phrases)
        {
            foreach (Match match in pattern.Matches(text))
                if (!IsAllowed(file, text, match))
                    yield return $"\"{match.Value}\" ({instead}) in: {Around(text, match)}";
        }
    }

    public IEnumerable<string> LongSentences(string file, string text) =>
        IsWholeFileAllowed(file)
            ? []
            : Sentences
                .Of(text)
                .Where(static one => Sentences.Words(one) > LongestSentence)
                .Select(static one => $"{Sentences.Words(one)} words in: {one}");

    private bool IsWholeFileAllowed(string file)
    {
        foreach ((string where, string allowed, _) in _exceptions)
        {
            if (where != file || allowed != WholeFile)
                continue;
            _used.Add($"{where}: {allowed}");
            return true;
        }

        return false;
    }

    private static string[] Lines(string name) =>
        [.. File.ReadAllLines(Path.Combine(Repository.Root, Folder, name)).Where(static line => line.Length > 0 && line[0] != '#')];

    private static string Around(string text, Match match)
    {
        int from = Math.Max(0, match.Index - 60),
            to = Math.Min(text.Length, match.Index + match.Length + 60);
        return text[from..to].ReplaceLineEndings(" ");
    }

    // The exception's text has to contain what was found.
    private bool IsAllowed(string file, string text, Match match)
    {
        foreach ((string where, string allowed, _) in _exceptions)
        {
            if (where != "*" && where != file)
                continue;
            for (
                int at = text.IndexOf(allowed, StringComparison.OrdinalIgnoreCase);
                at >= 0;
                at = text.IndexOf(allowed, at + 1, StringComparison.OrdinalIgnoreCase)
            )
            {
                if (at > match.Index || at + allowed.Length < match.Index + match.Length)
                    continue;
                _used.Add($"{where}: {allowed}");
                return true;
            }
        }

        return false;
    }
}
