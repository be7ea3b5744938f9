using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>Pages, about topics and the README follow the guide; help pages have its form.</summary>
public sealed partial class ProseTests
{
    private static string[] Pages =>
        [
            .. Repository
                .Files(".md")
                .Concat(Repository.Files(".help.txt"))
                .Select(Repository.NameOf)
                .Where(static one => one is not "CHANGELOG.md" && !one.StartsWith("src/", StringComparison.Ordinal)),
        ];

    private static string[] Views => [.. Repository.Files(".Format.ps1xml").Concat(Repository.Files(".svg")).Select(Repository.NameOf)];

    private static string[] HelpPages => [.. Pages.Where(static one => HelpPageName().IsMatch(one))];

    [Fact]
    public void Pages_follow_the_guide()
    {
        TextRules rules = TextRules.Load();
        string[] pages = Pages;
        Assert.Contains("en-US/about_NodeManager.help.txt", pages);
        string[] bad = [.. pages.SelectMany(page => Findings(rules, page).Select(finding => $"{page}: {finding}"))];
        Assert.True(bad.Length == 0, $"{bad.Length} findings:\n{string.Join('\n', bad)}");
    }

    [Fact]
    public void Views_and_pictures_follow_the_guide()
    {
        TextRules rules = TextRules.Load();
        string[] views = Views;
        Assert.True(views.Length > 10);
        string[] bad = [.. views.SelectMany(view => rules.Phrases(view, Words(view)).Select(finding => $"{view}: {finding}"))];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    [Fact]
    public void Comments_of_manifests_and_the_schema_of_the_configuration_follow_the_guide()
    {
        TextRules rules = TextRules.Load();
        string[] files =
        [
            .. Repository
                .Files(".yaml")
                .Concat(Repository.Files(".schema.json"))
                .Select(Repository.NameOf)
                .Where(static one =>
                    one.StartsWith("deploy/", StringComparison.Ordinal) || one.StartsWith("docs/", StringComparison.Ordinal)
                ),
        ];
        Assert.Contains("deploy/rbac.yaml", files);
        Assert.Contains("docs/reference/nodemanager.schema.json", files);
        string[] bad =
        [
            .. files.SelectMany(file =>
                rules
                    .Phrases(file, string.Join('\n', Remark().Matches(Read(file)).Select(static one => one.Groups[1].Value)))
                    .Select(finding => $"{file}: {finding}")
            ),
        ];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    [Fact]
    public void Every_ErrorId_is_explained_by_a_page_of_a_command_or_a_topic()
    {
        string text = string.Concat(
            Pages.Where(static one => HelpPageName().IsMatch(one) || one.EndsWith(".help.txt", StringComparison.Ordinal)).Select(Read)
        );
        string[] missing = [.. typeof(ErrorIds).GetFields().Select(static one => one.Name).Where(id => !Regex.IsMatch(text, $@"\b{id}\b"))];
        Assert.True(missing.Length == 0, $"No page explains {string.Join(", ", missing)}.");
    }

    [Fact]
    public void Every_exception_is_needed()
    {
        TextRules rules = TextRules.Load();
        foreach (string view in Views)
            _ = rules.Phrases(view, Words(view)).Count();
        foreach (string page in Pages)
            _ = rules.Phrases(page, Prose(page)).Count();
        foreach (
            string file in Repository
                .Files(".cs")
                .Select(Repository.NameOf)
                .Where(static one => one.StartsWith("src/", StringComparison.Ordinal))
        )
        foreach (SourceText text in SourceTextReader.Read(file, Read(file)))
            _ = rules.Phrases(file, text.Text).Count();
        Assert.Empty(rules.UnusedExceptions);
    }

    private static IEnumerable<string> Findings(TextRules rules, string page)
    {
        IEnumerable<string> findings = rules.Phrases(page, Prose(page));
        return HelpPageName().IsMatch(page) ? findings.Concat(FormFindings(page, new HelpPage(Read(page)))) : findings;
    }

    private static IEnumerable<string> FormFindings(string name, HelpPage page)
    {
        if (Sentences.Words(page.Synopsis) > 11)
            yield return $"the synopsis has {Sentences.Words(page.Synopsis)} words; 11 are allowed";
        foreach (string finding in page.Parameters.SelectMany(static one => one.Findings()))
            yield return finding;
        foreach ((string title, string prose, bool hasOutput) in page.Examples)
        {
            if (prose.Length == 0)
                yield return $"\"{title}\" needs a sentence that says what it shows";
            if (!hasOutput && name.StartsWith("docs/reference/cmdlets/Get-", StringComparison.Ordinal))
                yield return $"\"{title}\" needs its output";
        }
    }

    // Without code, addresses and comments.
    private static string Prose(string page) =>
        page.EndsWith(".md", StringComparison.Ordinal) ? Code().Replace(Read(page), "") : Read(page);

    // A view without names of properties, variables and types; a picture draws each word by itself.
    private static string Words(string view) =>
        view.EndsWith(".svg", StringComparison.Ordinal)
            ? string.Join(' ', Tag().Split(Read(view)).Where(static one => one.Trim().Length > 0))
            : Names().Replace(Read(view), "");

    private static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n");

    [GeneratedRegex("^docs/reference/cmdlets/[A-Z][a-z]+-[A-Z][A-Za-z]+\\.md$")]
    private static partial Regex HelpPageName();

    // A comment's line of YAML, or a description of JSON.
    [GeneratedRegex(@"^\s*(?:# ?|""description"": "")(.*)$", RegexOptions.Multiline)]
    private static partial Regex Remark();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(
        @"<(PropertyName|TypeName|Name)>[^<]*|(?<=<Label>)(\w+)(?=</Label><PropertyName>\2<)|\$_?[\w.]+|(?<=\w\s+)-?\b(?:Group|Where)-Object \w+"
    )]
    private static partial Regex Names();

    [GeneratedRegex(@"^(`{3,}).*?^\1[ \t]*$|`[^`\n]*`|\]\([^)\s]*\)|<!--.*?-->", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();
}
