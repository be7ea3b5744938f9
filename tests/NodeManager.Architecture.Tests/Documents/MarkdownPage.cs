using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>A Markdown page: where its links lead, and which anchors it has. Code is neither.</summary>
internal sealed partial class MarkdownPage
{
    private readonly string _prose;

    public MarkdownPage(string text) => _prose = Fence().Replace(text.ReplaceLineEndings("\n"), "");

    /// <summary>The targets of links and images, as written.</summary>
    public IEnumerable<string> Links => Link().Matches(InlineCode().Replace(_prose, "")).Select(static one => one.Groups[1].Value);

    /// <summary>The names that GitHub gives to headings; a heading's second occurrence gets the suffix -1.</summary>
    public IReadOnlySet<string> Anchors()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(_prose))
        {
            string slug = Slug(heading.Groups[1].Value);
            string name = slug;
            for (int i = 1; !found.Add(name); i++)
                name = string.Create(CultureInfo.InvariantCulture, $"{slug}-{i}");
        }

        foreach (Match named in Named().Matches(_prose))
            found.Add(named.Groups[1].Value);
        return found;
    }

    // Lower case, blanks as hyphens, other marks dropped.
    private static string Slug(string heading)
    {
        string text = LinkText().Replace(heading.Trim(), "$1");
        var slug = new StringBuilder(text.Length);
        foreach (char one in text)
        {
            if (one == ' ')
                slug.Append('-');
            else if (char.IsLetterOrDigit(one) || one is '-' or '_')
                slug.Append(char.ToLowerInvariant(one));
        }

        return slug.ToString();
    }

    [GeneratedRegex(@"^(`{3,}|~{3,}).*?^\1[ \t]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(<?([^)\s>]+)>?(?:\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"^#{1,6}[ \t]+(.*?)[ \t#]*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"<a\s+(?:id|name)=""([^""]+)""")]
    private static partial Regex Named();
}
