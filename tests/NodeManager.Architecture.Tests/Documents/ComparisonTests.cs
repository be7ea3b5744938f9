using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>Each row of the comparison of autoscalers names a test that exists.</summary>
public sealed partial class ComparisonTests
{
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
        Last().Match(row) is { Success: true } named && NamedTests.Exist(named.Groups["name"].Value);

    [GeneratedRegex(@"\| `(?<name>\w+\.\w+)` \|$")]
    private static partial Regex Last();
}
