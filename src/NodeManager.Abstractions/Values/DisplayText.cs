using System.Globalization;
using System.Text;

namespace NodeManager;

/// <summary>
/// Makes text that others wrote (annotations, messages of events and conditions, names, answers of a server) safe to show. A terminal
/// obeys control characters and a reader trusts the order of what is read, so everything that is not to be seen is shown as
/// <c>\u001B</c>. Properties keep the text as it is; only what is shown is escaped.
/// </summary>
public static class DisplayText
{
    /// <summary>A value of one line: line breaks and tabs are escaped too.</summary>
    public static string Escape(string? text) => Escape(text, keepLines: false);

    /// <summary>A message, which may have several lines and tabs.</summary>
    public static string EscapeLines(string? text) => Escape(text, keepLines: true);

    /// <summary>The first characters of a text, and <c>…</c> if there are more.</summary>
    /// <param name="longest">The most characters to keep.</param>
    public static string Truncate(string text, int longest) => text.Length > longest ? text[..longest] + "…" : text;

    /// <summary>
    /// Whether a terminal would obey a character or a reader would not see it: controls (C0, DEL, C1), overrides of the writing direction
    /// and other format characters, separators of lines and paragraphs, halves of surrogate pairs, and what no text has.
    /// </summary>
    public static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
        || (rune.Value & 0xFFFE) == 0xFFFE
        || rune.Value is >= 0xFDD0 and <= 0xFDEF;

    private static string Escape(string? text, bool keepLines)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        // A line break of Windows is one line break.
        if (keepLines)
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal);

        StringBuilder? escaped = null;
        int index = 0;
        while (index < text.Length)
        {
            bool isRune = Rune.TryGetRuneAt(text, index, out Rune rune);
            int length = isRune ? rune.Utf16SequenceLength : 1;
            if (isRune && (!IsHidden(rune) || (keepLines && rune.Value is '\n' or '\t')))
                escaped?.Append(text, index, length);
            else
                AppendEscaped(escaped ??= new StringBuilder(text, 0, index, text.Length + 16), text, index, length);
            index += length;
        }

        return escaped?.ToString() ?? text;
    }

    private static void AppendEscaped(StringBuilder escaped, string text, int index, int length)
    {
        for (int unit = index; unit < index + length; unit++)
            escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[unit]:X4}");
    }
}
