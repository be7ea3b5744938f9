using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>The texts of the source follow the guide: its phrases, and the length of its sentences.</summary>
public sealed partial class MessageTests
{
    // These repeat the words of a real API server, scheduler or kubelet.
    private static readonly string[] ServerFolders =
    [
        "src/sandbox/NodeManager.Sandbox.Model/",
        "src/sandbox/NodeManager.Sandbox/Api/",
        "src/sandbox/NodeManager.Sandbox/Controllers/",
        "src/sandbox/NodeManager.Sandbox/Kubelet/",
    ];

    [Fact]
    public void Texts_of_the_source_follow_the_guide()
    {
        TextRules rules = TextRules.Load();
        SourceText[] texts = [.. Texts(static file => !ServerFolders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))];
        Assert.True(texts.Length > 1500, $"Only {texts.Length} texts were found.");
        string[] bad =
        [
            .. texts.SelectMany(text =>
                rules
                    .Phrases(text.File, text.Text)
                    .Concat(rules.LongSentences(text.File, text.Text))
                    .Select(finding => $"{text.File}:{text.Line}: {finding}")
            ),
        ];
        Assert.True(bad.Length == 0, $"{bad.Length} texts do not follow the guide:\n{string.Join('\n', bad)}");
    }

    [Theory]
    [InlineData("string a = \"one two three\";", "one two three")]
    [InlineData("string a = \"one two \" + b + \"three\";", "one two {}three")]
    [InlineData("string a = $\"one two {b} three\";", "one two {} three")]
    [InlineData("string a = \"one \"\n    + $\"two {b} \" + \"three\";", "one two {} three")]
    [InlineData("string a = $\"one {(b ? \"two three four\" : c)} two three\";", "one {} two three|two three four")]
    [InlineData("string a = \"\"\"\n    one two\n    three\n    \"\"\";", "one two\nthree")]
    [InlineData("[A(\"one two three\")] class B;", "one two three")]
    [InlineData("[GeneratedRegex(\"one two three\")] class B;", "")]
    [InlineData("string a = \"one two\";", "")]
    [InlineData("// \"one two three\"", "")]
    public void A_text_is_found(string source, string expected) =>
        Assert.Equal(expected, string.Join('|', SourceTextReader.Read("a.cs", source).Select(static one => one.Text)));

    [Theory]
    [InlineData("It begins anew.", 1)]
    [InlineData("It begins Anew. Anew, it begins.", 2)]
    [InlineData("It is renewed.", 0)]
    [InlineData("The word anew is allowed.", 0)]
    [InlineData("The word anew is allowed, anew is not.", 1)]
    public void A_phrase_is_found_where_no_exception_covers_it(string text, int count) =>
        Assert.Equal(count, TextRules.Of([@"\banew\b	recreate"], ["a.cs	word anew is	a test"]).Phrases("a.cs", text).Count());

    /// <summary>The server, agents and the console show them, too. What PowerShell can do about them is data, to which the cmdlet adds its parameter.</summary>
    [Fact]
    public void Reasons_of_rules_and_plans_name_no_parameter_of_PowerShell()
    {
        SourceText[] texts =
        [
            .. Texts(static file =>
                file.StartsWith("src/domain/", StringComparison.Ordinal)
                && !file.StartsWith("src/domain/NodeManager.SchedulerConfiguration/", StringComparison.Ordinal)
                && Array.Exists(
                    ["Batches", "Checks", "Decisions", "Incidents", "Planning", "Validation"],
                    room => file.Contains($"/{room}/", StringComparison.Ordinal)
                )
            ),
        ];
        Assert.True(texts.Length > 200, $"Only {texts.Length} texts were found.");
        string[] bad =
        [
            .. texts.Where(static one => Parameter().IsMatch(one.Text)).Select(static one => $"{one.File}:{one.Line}: {one.Text}"),
        ];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    [Theory]
    [InlineData("To evict it, use -DeleteUnmanagedPod.", true)]
    [InlineData("(-CoolDown)", true)]
    [InlineData("node-Name and kube-System", false)]
    [InlineData("minus -1, a - B, -o wide", false)]
    public void A_parameter_is_found(string text, bool isFound) => Assert.Equal(isFound, Parameter().IsMatch(text));

    [Theory]
    [InlineData("One two. Three four five.", 3)]
    [InlineData("See docs/page.md for v1.2 of it.", 6)]
    [InlineData("- one two\n- three", 2)]
    [InlineData("{} has {}/{} ready.", 4)]
    public void Words_of_the_longest_sentence_are_counted(string text, int words) =>
        Assert.Equal(words, Sentences.Of(text).Max(Sentences.Words));

    private static IEnumerable<SourceText> Texts(Func<string, bool> isWanted) =>
        Repository
            .Files(".cs")
            .Select(Repository.NameOf)
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && isWanted(file))
            .SelectMany(static file => SourceTextReader.Read(file, File.ReadAllText(Path.Combine(Repository.Root, file))));

    [GeneratedRegex(@"(?<![\w}-])-[A-Z][A-Za-z]{2,}")]
    private static partial Regex Parameter();
}
