using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>The texts of the console follow the guide; the Chinese ones use the terms of Kubernetes' Chinese documentation.</summary>
public sealed partial class ConsoleTests
{
    private const string Folder = "src/NodeManager.Console/src/";
    private const string English = Folder + "lang/en.ts";
    private const string Chinese = Folder + "lang/zh.ts";

    // Stands for an expression.
    private const string Value = "\u0001";

    [Fact]
    public void English_texts_follow_the_guide()
    {
        TextRules rules = TextRules.Load();
        (string Key, string Text)[] texts = Catalog(Read(English));
        Assert.True(texts.Length > 400, $"Only {texts.Length} texts were found.");
        string[] bad =
        [
            .. texts.SelectMany(one =>
                rules.Phrases(English, one.Text).Concat(rules.LongSentences(English, one.Text)).Select(finding => $"{one.Key}: {finding}")
            ),
        ];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    [Fact]
    public void Chinese_texts_use_the_terms_of_the_Kubernetes_documentation()
    {
        TextRules rules = TextRules.Load("phrases.zh.txt");
        (string Key, string Text)[] texts = Catalog(Read(Chinese));
        Assert.Equal(Catalog(Read(English)).Select(static one => one.Key), texts.Select(static one => one.Key));
        string[] bad = [.. texts.SelectMany(one => rules.Phrases(Chinese, one.Text).Select(finding => $"{one.Key}: {finding}"))];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    /// <summary>A text in a component would be missing in the other language.</summary>
    [Fact]
    public void Components_contain_no_text_of_their_own()
    {
        string[] files =
        [
            .. Repository.Files(".svelte").Select(Repository.NameOf).Where(static one => one.StartsWith(Folder, StringComparison.Ordinal)),
        ];
        Assert.True(files.Length > 30);
        string[] bad = [.. files.SelectMany(static file => VisibleTexts(Read(file)).Select(text => $"{file}: {text}"))];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    [Theory]
    [InlineData("<p>{t('a')}</p>", "")]
    [InlineData("<p>Two words {t('a')}</p>", "Two words")]
    [InlineData("<p>{#if a > b}{t('a')}: {name}{/if}</p>", "")]
    [InlineData("<dt>kubelet</dt><h1>NodeManager</h1>", "")]
    [InlineData("<input placeholder=\"Enter a name\" {title}>", "Enter a name")]
    [InlineData("<input placeholder=\"dedicated\" class=\"one two\">", "")]
    [InlineData("<script>const a = b < c; const d = 'one two' > e;</script><p>ok</p>", "ok")]
    [InlineData("<style>p > a { color: red }</style>", "")]
    public void A_text_of_a_component_is_found(string component, string expected) =>
        Assert.Equal(expected, string.Join('|', VisibleTexts(component)));

    [Fact]
    public void A_text_of_the_catalog_is_found() =>
        Assert.Equal(
            [("a.b", "It’s {n} + 'x'"), ("c", "…")],
            Catalog("export const en = {\n  'a.b': 'It’s {n} + \\'x\\'',\n  'c': '…',\n};\n")
        );

    private static (string Key, string Text)[] Catalog(string source) =>
        [
            .. Entry()
                .Matches(source)
                .Select(static one => (one.Groups[1].Value, one.Groups[2].Value.Replace("\\'", "'", StringComparison.Ordinal))),
        ];

    // Text between tags and in the attributes that people see or hear, without expressions, names of programs and samples of one word.
    private static IEnumerable<string> VisibleTexts(string component)
    {
        string markup = Code().Replace(component, "");
        for (string before = ""; before != markup; )
            (before, markup) = (markup, Expression().Replace(markup, Value));
        foreach (Match one in Attribute().Matches(markup))
            if (one.Groups[1].Value.Contains(' ', StringComparison.Ordinal))
                yield return one.Groups[1].Value;
        foreach (string text in Tag().Replace(markup, Value).Split(Value, StringSplitOptions.TrimEntries))
            if (Letters().IsMatch(text) && text is not ("NodeManager" or "kubelet"))
                yield return text;
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"^  '([^']+)': '((?:[^'\\]|\\.)*)',$", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex("<(script|style)\\b.*?</\\1>|<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Code();

    // The innermost braces.
    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Expression();

    [GeneratedRegex("\\b(?:aria-label|title|placeholder|alt)=\"([^\"\u0001]+)\"")]
    private static partial Regex Attribute();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Letters();
}
