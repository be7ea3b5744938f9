using System.Text.RegularExpressions;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>A failing test is read by its name alone: names follow the guide and begin with the object that they are about.</summary>
public sealed partial class TestNameTests
{
    [Fact]
    public void Names_of_tests_follow_the_guide()
    {
        TextRules rules = TextRules.Load();
        (string File, string Name)[] names =
        [
            .. Repository
                .Files(".cs")
                .Concat(Repository.Files(".Tests.ps1"))
                .Where(static file => Repository.NameOf(file).StartsWith("tests/", StringComparison.Ordinal))
                .SelectMany(static file => Names(File.ReadAllText(file)).Select(name => (Repository.NameOf(file), name))),
        ];
        Assert.True(names.Length > 2500, $"Only {names.Length} names were found.");
        string[] bad = [.. names.SelectMany(one => Findings(rules, one.Name).Select(finding => $"{one.File}: {finding}"))];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    [Theory]
    [InlineData("[Fact]\n    public async Task A_pod_is_evicted()", "A pod is evicted")]
    [InlineData("[Theory]\n    [InlineData(\"(\")]\n    public void A_pod_is_evicted(string a)", "A pod is evicted")]
    [InlineData("public void Dispose()", "")]
    [InlineData("Describe 'Get-NodePod' {\n    It 'returns a node''s pods' {", "Get-NodePod|returns a node's pods")]
    public void A_name_is_found(string source, string expected) => Assert.Equal(expected, string.Join('|', Names(source)));

    [Theory]
    [InlineData("What is gone is not evicted", 1)]
    [InlineData("Who reads no further ends it", 1)]
    [InlineData("It is evicted", 1)]
    [InlineData("A pod begins anew", 1)]
    [InlineData("A pod is evicted", 0)]
    public void A_name_that_does_not_follow_the_guide_is_found(string name, int count) =>
        Assert.Equal(count, Findings(TextRules.Load(), name).Count());

    private static IEnumerable<string> Findings(TextRules rules, string name)
    {
        if (Riddle().IsMatch(name))
            yield return $"begins with no object: {name}";
        foreach (string finding in rules.Phrases("", name))
            yield return finding;
    }

    private static IEnumerable<string> Names(string source) =>
        Method()
            .Matches(source)
            .Select(static one => one.Groups[1].Value.Replace('_', ' '))
            .Concat(Title().Matches(source).Select(static one => one.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal)));

    // Test methods have names of several words with underscores; others, such as Dispose, do not.
    [GeneratedRegex(
        @"^\s*public (?:async |static )*(?:Task|void|Property|bool) ([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+)\(",
        RegexOptions.Multiline
    )]
    private static partial Regex Method();

    [GeneratedRegex(@"^\s*(?:Describe|Context|It) +'((?:[^'\n]|'')*)'", RegexOptions.Multiline)]
    private static partial Regex Title();

    [GeneratedRegex("^(?:What|Who|Whose|Whoever|Nor|That|Its|It)\\b")]
    private static partial Regex Riddle();
}
