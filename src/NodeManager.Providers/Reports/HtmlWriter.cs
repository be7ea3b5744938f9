using System.Net;
using System.Text;

namespace NodeManager.Providers.Reports;

/// <summary>Writes HTML. Escapes text and attributes; tags and attribute names must be constants.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _html = new();
    private readonly Stack<string> _open = new();

    /// <summary>Opens an element for <see cref="Close"/>.</summary>
    public HtmlWriter Open(string tag, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(tag, attributes);
        _open.Push(tag);
        return this;
    }

    /// <summary>Closes the innermost element.</summary>
    public HtmlWriter Close()
    {
        _html.Append("</").Append(_open.Pop()).Append(">\n");
        return this;
    }

    public HtmlWriter Void(string tag, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(tag, attributes);
        return this;
    }

    public HtmlWriter Element(string tag, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(tag, attributes);
        _html.Append(Escape(text)).Append("</").Append(tag).Append('>');
        return this;
    }

    public HtmlWriter Text(string text)
    {
        _html.Append(Escape(text));
        return this;
    }

    /// <summary>A constant style sheet, unescaped.</summary>
    public HtmlWriter Style(string css)
    {
        _html.Append("<style>\n").Append(css).Append("</style>\n");
        return this;
    }

    public HtmlWriter DocumentType()
    {
        _html.Append("<!DOCTYPE html>\n");
        return this;
    }

    public override string ToString() => _html.ToString();

    /// <summary>
    /// Escapes markup, and replaces invisible characters (controls, bidirectional overrides) with the replacement character.
    /// </summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isHidden = DisplayText.IsHidden(rune) && rune.Value is not ('\n' or '\t');
            escaped.Append(isHidden ? "\uFFFD" : rune.ToString());
        }

        return WebUtility.HtmlEncode(escaped.ToString());
    }

    private void Start(string tag, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _html.Append('<').Append(tag);
        foreach ((string name, string value) in attributes)
            _html.Append(' ').Append(name).Append("=\"").Append(Escape(value)).Append('"');
        _html.Append('>');
    }
}
