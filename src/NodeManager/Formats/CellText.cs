using System.Collections;
using System.Management.Automation.Host;
using System.Text;
using System.Text.RegularExpressions;

namespace NodeManager.Formats;

/// <summary>
/// The last step of every cell of a view before the host (the build adds it, see <c>Views.xslt</c>): escapes text except the view's own
/// colors. Until then colors are marks with a secret of this process, so that text of a cluster cannot contain them.
/// </summary>
public static partial class CellText
{
    private const char Start = '\uFDD0';
    private const char End = '\uFDD1';

    private static readonly string Secret = Guid.NewGuid().ToString("N");

    /// <summary>Replaces <c>$PSStyle</c> in script blocks of views.</summary>
    public static CellStyle Style { get; } = new(Mark);

    /// <summary>The escaped value of a cell. Numbers and times keep their type, for alignment.</summary>
    public static object? Of(object? value) =>
        value switch
        {
            string text => Show(text),
            PSObject { BaseObject: PSCustomObject } => Show(value.ToString()),
            PSObject wrapped => Of(wrapped.BaseObject),
            null or IFormattable => value,
            IEnumerable several and not IDictionary => several.Cast<object?>().Select(Of).ToArray(),
            _ => Show(value.ToString()),
        };

    /// <summary>
    /// The same for a list view. PowerShell would break colored lines within words, so lines are wrapped here with their indentation.
    /// </summary>
    /// <param name="host">Determines the width.</param>
    public static string Wrapped(object? value, PSHost? host)
    {
        int width = HostWindow.ColumnsOf(host);
        return string.Join('\n', $"{Of(value)}".Split('\n').Select(line => Wrap(line, width)));
    }

    /// <summary>The width of a cell's text without colors.</summary>
    internal static int LengthOf(string text) => Marked().Replace(text, "").Length;

    /// <summary>Removes colors, for files.</summary>
    internal static string Plain(string rendered) => Color().Replace(rendered, "");

    private static string Wrap(string line, int width)
    {
        int indent = line.TakeWhile(c => c == ' ').Count();
        var wrapped = new StringBuilder();
        int column = 0;
        // Color sequences have no width and belong to the next word.
        foreach (Match word in Word().Matches(line))
        {
            int blanks = word.Groups["blanks"].Length,
                length = Color().Replace(word.Groups["word"].Value, "").Length;
            if (column > indent && column + blanks + length > width)
            {
                wrapped.Append('\n').Append(' ', indent).Append(word.Groups["word"].Value);
                column = indent + length;
            }
            else
            {
                wrapped.Append(word.Value);
                column += blanks + length;
            }
        }

        return wrapped.ToString();
    }

    [GeneratedRegex(@"(?<blanks> *)(?<word>[^ ]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();

    [GeneratedRegex("\uFDD0[^\uFDD1]*\uFDD1", RegexOptions.ExplicitCapture)]
    private static partial Regex Marked();

    [GeneratedRegex(@"\e\[[0-9;]*m", RegexOptions.ExplicitCapture)]
    private static partial Regex Color();

    private static string Mark(string sequence) => $"{Start}{Secret}{sequence}{End}";

    private static string Show(string? text)
    {
        if (string.IsNullOrEmpty(text) || !text.Contains(Start, StringComparison.Ordinal))
            return DisplayText.EscapeLines(text);

        string mark = Start + Secret;
        var rendered = new StringBuilder();
        int from = 0;
        while (text.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and int at)
        {
            int end = text.IndexOf(End, at);
            rendered
                .Append(DisplayText.EscapeLines(text[from..at]))
                .Append("\e[")
                .Append(text, at + mark.Length, end - at - mark.Length)
                .Append('m');
            from = end + 1;
        }

        return rendered.Append(DisplayText.EscapeLines(text[from..])).ToString();
    }
}
