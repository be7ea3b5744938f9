using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>Each row of the comparison of autoscalers names a test that exists.</summary>
public sealed partial class ComparisonTests
{
    private static readonly Lazy<ILookup<string, string>> Classes = new(static () =>
        Repository.Files(".cs").ToLookup(static file => Path.GetFileName(file).Split('.')[0], StringComparer.Ordinal)
    );

    [Fact]
    public void Each_feature_names_a_test_that_exists()
    {
        string[] rows =
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "docs", "concepts", "autoscaler-comparison.md"))
                .Where(static line => line.StartsWith('|'))
                .Skip(2),
        ];

        Assert.True(rows.Length > 20);
        Assert.All(rows, static row => Assert.True(NamesTest(row), row));
    }

    [Theory]
    [InlineData("| a | b | `ComparisonTests.Each_feature_names_a_test_that_exists` |", true)]
    [InlineData("| a | b | `ComparisonTests.NamesTest` |", false)]
    [InlineData("| a | b | `ComparisonTests.Nothing` |", false)]
    [InlineData("| a | b | `NoSuchTests.Each_feature_names_a_test_that_exists` |", false)]
    [InlineData("| a | `ComparisonTests.Each_feature_names_a_test_that_exists` | b |", false)]
    public void A_row_without_a_test_is_found(string row, bool isNamed) => Assert.Equal(isNamed, NamesTest(row));

    private static bool NamesTest(string row) =>
        Last().Match(row) is { Success: true } named
        && Classes
            .Value[named.Groups["class"].Value]
            .Any(file => Regex.IsMatch(File.ReadAllText(file), $@"public (async Task|Task|void) {named.Groups["test"].Value}\("));

    [GeneratedRegex(@"\| `(?<class>\w+)\.(?<test>\w+)` \|$")]
    private static partial Regex Last();
}
