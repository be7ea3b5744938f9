using System.Text.RegularExpressions;

namespace NodeManager.Architecture.Tests.Documents;

/// <summary>Each claim in the list of claims names a test that exists.</summary>
public sealed partial class ClaimTests
{
    [Fact]
    public void Each_claim_names_a_test_that_exists()
    {
        string[] rows =
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "docs", "contributing", "claims.md"))
                .Where(static line => line.StartsWith('|') && line is not ("| Claim | Where | Test |" or "|---|---|---|")),
        ];

        Assert.True(rows.Length > 40);
        string[] bad = [.. rows.Where(static row => !NamesTest(row))];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    [Theory]
    [InlineData("| a | [b](c.md) | `ClaimTests.Each_claim_names_a_test_that_exists` |", true)]
    [InlineData("| a | [b](c.md) | `Help: has a page without placeholders` |", true)]
    [InlineData("| a | [b](c.md) | `Help: has no such test` |", false)]
    [InlineData("| a | [b](c.md) | `NoSuite: has a page without placeholders` |", false)]
    [InlineData("| a | [b](c.md) | `ClaimTests.NamesTest` |", false)]
    [InlineData("| a | b | `ClaimTests.Each_claim_names_a_test_that_exists` |", false)]
    public void A_claim_without_a_test_or_a_page_is_found(string row, bool isNamed) => Assert.Equal(isNamed, NamesTest(row));

    [Fact]
    public void The_figures_of_the_README_are_in_the_results_of_the_benchmarks()
    {
        Match figures = Figures().Match(File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings(" "));
        Assert.True(figures.Success);
        Assert.Contains(
            Repository.Files(".md").Where(static file => Repository.NameOf(file).StartsWith("bench/results/", StringComparison.Ordinal)),
            file =>
                File.ReadLines(file)
                    .Any(line =>
                        line.Contains("10 pods, `maxUnavailable: 1`", StringComparison.Ordinal)
                        && line.Contains($"| {figures.Groups[1].Value}", StringComparison.Ordinal)
                        && line.Contains($"| {figures.Groups[2].Value}", StringComparison.Ordinal)
                    )
        );
    }

    // The page is a link, which LinkTests follows.
    private static bool NamesTest(string row) =>
        Row().Match(row) is { Success: true } named && NamedTests.Exist(named.Groups["test"].Value);

    [GeneratedRegex(@"^\| [^|]+ \| \[[^\]]+\]\([^)]+\) \| `(?<test>[^`]+)` \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"10 pods behind `maxUnavailable: 1` took (\d+\.\d) ?s, and (\d+\.\d) ?s with kubectl")]
    private static partial Regex Figures();
}
