using System.Text.RegularExpressions;
using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>Waits: a task that ends by failing must be seen by the code that waited for it.</summary>
public sealed partial class WaitTests
{
    // The result of WhenAny is the task that ended; code that discards it does not notice its failure, and looks again forever.
    [Fact]
    public void No_wait_discards_the_task_that_ended()
    {
        string source = Path.Combine(RepositoryFolder.Path, "src");
        IEnumerable<string> discarded = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Discarding().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetRelativePath(source, file)}: {match.Value.Trim()}"));

        Assert.Empty(discarded);
    }

    [Theory]
    [InlineData("            await Task.WhenAny(changed, delay);", true)]
    [InlineData("            await Task.WhenAny(wanted).WaitAsync(hold);", true)]
    [InlineData("            while (busy) await Task.WhenAny(a, b);", true)]
    [InlineData("            Task first = await Task.WhenAny(a, b);", false)]
    [InlineData("            await await Task.WhenAny(a, b);", false)]
    [InlineData("            if (await Task.WhenAny(a, b) == a) return;", false)]
    public void A_discarded_result_is_found(string line, bool isDiscarding) => Assert.Equal(isDiscarding, Discarding().IsMatch(line));

    [GeneratedRegex(@"^[ \t]*(?:(?:while|if|else|for)\b[^\r\n]*\)[ \t]+)?await Task\.WhenAny\([^\r\n]*;", RegexOptions.Multiline)]
    private static partial Regex Discarding();
}
