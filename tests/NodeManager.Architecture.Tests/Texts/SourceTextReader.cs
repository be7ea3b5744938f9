using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NodeManager.Architecture.Tests.Texts;

/// <summary>
/// Reads the texts of C# source. A text is a string of three words or more; strings that are joined with + are one text, and strings inside
/// an interpolated value are texts of their own.
/// </summary>
internal static partial class SourceTextReader
{
    // Patterns, names of rules and reasons for analyzers: nothing that a user reads.
    private static readonly string[] CodeAttributes = ["GeneratedRegex", "SuppressMessage", "UnconditionalSuppressMessage", "StringSyntax"];

    public static IEnumerable<SourceText> Read(string file, string source)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(source);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            if (!IsText(node) || IsPartOfSum(node) || IsCode(node))
                continue;
            var text = new StringBuilder();
            Append(node, text);
            string whole = text.ToString();
            if (Words().Count(whole) >= 3 && whole.Contains(' ', StringComparison.Ordinal))
                yield return new(file, tree.GetLineSpan(node.Span).StartLinePosition.Line + 1, whole);
        }
    }

    private static bool IsText(SyntaxNode node) =>
        node is LiteralExpressionSyntax { Token.Value: string } or InterpolatedStringExpressionSyntax
        || (IsSum(node) && Parts(node).Any(IsText));

    private static bool IsSum(SyntaxNode node) => node.IsKind(SyntaxKind.AddExpression);

    private static bool IsPartOfSum(SyntaxNode node) => node.Parent is { } parent && IsSum(parent) && IsText(parent);

    private static IEnumerable<SyntaxNode> Parts(SyntaxNode node) =>
        [((BinaryExpressionSyntax)node).Left, ((BinaryExpressionSyntax)node).Right];

    private static bool IsCode(SyntaxNode node) =>
        node.FirstAncestorOrSelf<AttributeSyntax>() is { } attribute
        && CodeAttributes.Contains(attribute.Name.ToString(), StringComparer.Ordinal);

    private static void Append(SyntaxNode node, StringBuilder text)
    {
        switch (node)
        {
            case LiteralExpressionSyntax { Token.Value: string value }:
                text.Append(value);
                break;
            case InterpolatedStringExpressionSyntax interpolated:
                foreach (InterpolatedStringContentSyntax part in interpolated.Contents)
                    text.Append(part is InterpolatedStringTextSyntax plain ? plain.TextToken.ValueText : "{}");
                break;
            case BinaryExpressionSyntax sum when IsSum(sum):
                foreach (SyntaxNode part in Parts(sum))
                    Append(part, text);
                break;
            default:
                text.Append("{}");
                break;
        }
    }

    [GeneratedRegex("[A-Za-z]{2,}")]
    private static partial Regex Words();
}
