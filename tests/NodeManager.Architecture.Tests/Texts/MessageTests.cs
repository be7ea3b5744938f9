using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>The texts of the source follow the guide: its phrases, and the length of its sentences.</summary>
public sealed class MessageTests
{
    // These repeat the words of a real API server, scheduler or kubelet.
    private static readonly string[] ServerFolders =
    [
        "src/NodeManager.Sandbox.Model/", "src/NodeManager.Sandbox/Api/", "src/NodeManager.Sandbox/Controllers/", "src/NodeManager.Sandbox/Kubelet/",
    ];

    [Fact]
    public void Texts_of_the_source_follow_the_guide()
    {
        TextRules rules = TextRules.Load();
        string[] files = [.. Repository.Files(".cs").Select(Repository.NameOf).Where(static one => one.StartsWith("src/", StringComparison.Ordinal) && !ServerFolders.Any(folder => one.StartsWith(folder, StringComparison.Ordinal)))];
        SourceText[] texts = [.. files.SelectMany(static file => SourceTextReader.Read(file, File.ReadAllText(Path.Combine(Repository.Root, file))))];
        Assert.True(texts.Length > 1500, $"Only {texts.Length} texts were found.");
        string[] bad = rules.Judge(texts.SelectMany(text => rules.Phrases(text.File, text.Text).Concat(rules.LongSentences(text.File, text.Text)).Select(finding => (text.File, $"line {text.Line}: {finding}"))), files);
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
        Assert.Equal(count, TextRules.Of([@"\banew\b	recreate"], ["a.cs	word anew is	a test"], []).Phrases("a.cs", text).Count());

    [Fact]
    public void A_pending_file_is_passed_over_until_it_is_in_order()
    {
        TextRules rules = TextRules.Of([], [], ["a.cs", "b.cs"]);
        Assert.Equal([$"c.cs: long", $"b.cs: is in order; remove it from {TextRules.Folder}/pending.txt"], rules.Judge([("a.cs", "long"), ("c.cs", "long")], ["a.cs", "b.cs", "c.cs"]));
    }

    [Theory]
    [InlineData("One two. Three four five.", 3)]
    [InlineData("See docs/page.md for v1.2 of it.", 6)]
    [InlineData("- one two\n- three", 2)]
    [InlineData("{} has {}/{} ready.", 4)]
    public void Words_of_the_longest_sentence_are_counted(string text, int words) => Assert.Equal(words, Sentences.Of(text).Max(Sentences.Words));
}
