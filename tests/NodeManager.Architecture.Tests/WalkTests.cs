using System.Text.RegularExpressions;
using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>The walks in <c>docs/architecture.md</c> pass files that exist, each called from one before it, and stay short.</summary>
public sealed partial class WalkTests
{
    private static readonly string Root = RepositoryFolder.Path;

    [Theory]
    [InlineData("`$node | Set-NodeTaint", "SetNodeTaintCommand", 21)]
    [InlineData("`$node | Invoke-NodeDrain", "InvokeNodeDrainCommand", 45)]
    [InlineData("`POST …/nodes/{name}/drain`", "NodeRoutes", 30)]
    [InlineData("A pending pod gets a VM", "ServerHost", 35)]
    public void Each_file_of_a_walk_is_referenced_by_an_earlier_one(string title, string first, int most)
    {
        string[] names = [.. NamesOf(title).Distinct(StringComparer.Ordinal)];
        Dictionary<string, string> sources = names.ToDictionary(static name => name, SourceOf, StringComparer.Ordinal);

        Assert.InRange(names.Length, 15, most);
        Assert.Equal(first, names[0]);
        Assert.DoesNotContain(names, name => sources[name].Length == 0);
        Assert.DoesNotContain(names.Index().Skip(1), one => !names[..one.Index].Any(before => Names(sources[before], one.Item)));
    }

    [Fact]
    public void A_file_without_a_reference_is_found() => Assert.False(Names(SourceOf("NodeEdit"), "DrainReport"));

    // In the rows of the table below the walk's title, in their order.
    private static IEnumerable<string> NamesOf(string title)
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "architecture.md"));
        string walk = page[page.IndexOf(title, StringComparison.Ordinal)..];
        return walk.Split('\n')
            .SkipWhile(static line => !line.StartsWith("|---", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(static line => line.StartsWith('|'))
            .SelectMany(static row => Quoted().Matches(row).Select(static one => one.Groups[1].Value.Split('/')[^1]));
    }

    private static string SourceOf(string name) =>
        string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(Root, "src"), name + "*.cs", SearchOption.AllDirectories)
                .Where(path =>
                    Path.GetFileName(path).Split('.')[0] == name
                    && !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                )
                .Select(File.ReadAllText)
        );

    private static bool Names(string source, string name) => Regex.IsMatch(source, $@"\b{Regex.Escape(name)}\b");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
