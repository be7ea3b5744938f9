using System.Collections;
using System.Management.Automation;
using System.Text;

namespace NodeManager.Formats;

/// <summary>
/// What every cell of a view passes through on its way to the host (the build wraps them all, see <c>Views.xslt</c>): text is escaped,
/// save for the colors that the view itself put there. Those are marks with a secret of this process until here, so that text of
/// others cannot contain one.
/// </summary>
public static class CellText
{
    private const char Start = '\uFDD0';
    private const char End = '\uFDD1';

    private static readonly string Secret = Guid.NewGuid().ToString("N");

    /// <summary>Takes the place of <c>$PSStyle</c> in the script blocks of views.</summary>
    public static CellStyle Style { get; } = new(Mark);

    /// <summary>A cell's value as it may be shown. Numbers and times stay what they are, for their alignment.</summary>
    public static object? Of(object? value) => value switch
    {
        string text => Show(text),
        PSObject { BaseObject: PSCustomObject } => Show(value.ToString()),
        PSObject wrapped => Of(wrapped.BaseObject),
        null or IFormattable => value,
        IEnumerable several and not IDictionary => several.Cast<object?>().Select(Of).ToArray(),
        _ => Show(value.ToString()),
    };

    private static string Mark(string sequence) => $"{Start}{Secret}{sequence}{End}";

    private static string Show(string? text)
    {
        if (string.IsNullOrEmpty(text) || !text.Contains(Start, StringComparison.Ordinal))
            return DisplayText.EscapeLines(text);

        string mark = Start + Secret;
        var shown = new StringBuilder();
        int from = 0;
        while (text.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and int at)
        {
            int end = text.IndexOf(End, at);
            shown.Append(DisplayText.EscapeLines(text[from..at])).Append("\e[").Append(text, at + mark.Length, end - at - mark.Length).Append('m');
            from = end + 1;
        }

        return shown.Append(DisplayText.EscapeLines(text[from..])).ToString();
    }
}
