using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>Divides prose into sentences and counts their words.</summary>
internal static partial class Sentences
{
    /// <summary>A sentence ends with its mark and a blank, or with its line's item or paragraph.</summary>
    public static IEnumerable<string> Of(string text) =>
        End().Split(text).Select(static one => one.Trim()).Where(static one => one.Length > 0);

    public static int Words(string sentence) => Word().Count(sentence);

    [GeneratedRegex(@"(?<=[.!?]['"")]?)\s+|\r?\n\s*\r?\n|\r?\n\s*(?=[-*|] )")]
    private static partial Regex End();

    [GeneratedRegex(@"[^\s|]*[\w}][^\s|]*")]
    private static partial Regex Word();
}
