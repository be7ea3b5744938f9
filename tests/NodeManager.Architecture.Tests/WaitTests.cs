using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>Waits: a task that ends by failing must be seen by the code that waited for it.</summary>
public sealed class WaitTests
{
    // The result of WhenAny is the task that ended; code that discards it does not notice its failure, and looks again forever.
    [Fact]
    public void No_wait_discards_the_task_that_ended()
    {
        string source = Path.Combine(RepositoryFolder.Path, "src");
        string[] files =
        [
            .. Directory
                .EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
                .Where(static file =>
                    !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                ),
        ];
        Assert.True(files.Length > 1000);
        Assert.Empty(
            files.SelectMany(file => Discarding(File.ReadAllText(file)).Select(wait => $"{Path.GetRelativePath(source, file)}: {wait}"))
        );
    }

    [Theory]
    [InlineData("await Task.WhenAny(changed, delay);", true)]
    [InlineData("await Task\n    .WhenAny(\n        wanted,\n        other\n    )\n    .WaitAsync(hold);", true)]
    [InlineData("while (busy) await Task.WhenAny(a, b);", true)]
    [InlineData("Task first = await Task.WhenAny(a, b);", false)]
    [InlineData("await await Task.WhenAny(a, b);", false)]
    [InlineData("if (await Task.WhenAny(a, b) == a) return;", false)]
    public void A_discarded_result_is_found(string line, bool isDiscarding) => Assert.Equal(isDiscarding, Discarding(line).Any());

    private static IEnumerable<string> Discarding(string source)
    {
        if (!source.Contains("WhenAny", StringComparison.Ordinal))
            return [];
        return CSharpSyntaxTree
            .ParseText(source)
            .GetRoot()
            .DescendantNodes()
            .OfType<ExpressionStatementSyntax>()
            .Where(static statement =>
                statement.Expression is AwaitExpressionSyntax { Expression: InvocationExpressionSyntax awaited } && IsWhenAny(awaited)
            )
            .Select(static statement => statement.ToString());
    }

    private static bool IsWhenAny(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax access
        && (
            (access.Name.Identifier.Text == "WhenAny" && access.Expression.ToString() == "Task")
            || (access.Expression is InvocationExpressionSyntax inner && IsWhenAny(inner))
        );
}
