using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>Methods fit on a screen: a longer one has parts with names of their own.</summary>
public sealed class MethodTests
{
    private const int MaximumLines = 60;

    private static readonly string Root = RepositoryFolder.Path;

    // Of files that are long enough to have one that is too long.
    private static readonly Lazy<(string Method, int Lines)[]> Methods = new(static () =>
        [.. Sources().Where(static file => File.ReadLines(file).Count() > MaximumLines).SelectMany(MethodsOf)]
    );

    [Fact]
    public void A_method_has_at_most_60_lines()
    {
        Assert.True(Methods.Value.Length > 1000);
        Assert.DoesNotContain(Methods.Value, static one => one.Lines > MaximumLines);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(61)]
    public void Lines_are_counted_from_the_name_to_the_closing_brace(int lines)
    {
        string body = string.Join('\n', Enumerable.Repeat("        Call();", lines - 3));
        string source = $"class C\n{{\n    [Obsolete]\n    void Run()\n    {{\n{body}\n    }}\n}}\n";
        Assert.Equal([("Run", lines)], Measure(source));
    }

    private static IEnumerable<string> Sources() =>
        Directory
            .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Split(Path.DirectorySeparatorChar).Any(static part => part is "obj" or "bin" or "node_modules"));

    private static IEnumerable<(string Method, int Lines)> MethodsOf(string file)
    {
        string name = Path.GetRelativePath(Root, file).Replace('\\', '/');
        return Measure(File.ReadAllText(file)).Select(one => ($"{name}: {one.Name}", one.Lines));
    }

    private static IEnumerable<(string Name, int Lines)> Measure(string source)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(source);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            SyntaxToken? name = node switch
            {
                MethodDeclarationSyntax method => method.Identifier,
                LocalFunctionStatementSyntax function => function.Identifier,
                ConstructorDeclarationSyntax constructor => constructor.Identifier,
                _ => null,
            };
            if (name is not { } identifier)
                continue;
            int start = tree.GetLineSpan(identifier.Span).StartLinePosition.Line;
            yield return (identifier.Text, tree.GetLineSpan(node.Span).EndLinePosition.Line - start + 1);
        }
    }
}
