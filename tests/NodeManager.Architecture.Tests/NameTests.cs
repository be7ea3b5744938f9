using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace NodeManager.Architecture.Tests;

/// <summary>One name stands for one type, so that a name in a review, a stack trace or a search result needs no namespace.</summary>
public sealed class NameTests
{
    [Fact]
    public void No_two_types_have_the_same_name()
    {
        string[] repeated =
        [
            .. ModuleAssemblies
                .Files()
                .SelectMany(static path => NamesIn(path))
                .GroupBy(static type => type.Name, static type => type.FullName, StringComparer.Ordinal)
                .Where(static same => same.Distinct().Count() > 1)
                .Select(static same => string.Join(", ", same.Distinct().Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];
        Assert.True(repeated.Length == 0, $"{repeated.Length} names stand for several types:\n{string.Join('\n', repeated)}");
    }

    // Nested types are read with the name of the type around them.
    private static IEnumerable<(string Name, string FullName)> NamesIn(string path)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        return
        [
            .. assembly
                .MainModule.Types.Where(static type =>
                    type.Namespace.StartsWith("NodeManager", StringComparison.Ordinal) && !IsGenerated(type)
                )
                .Select(static type => (type.Name, type.FullName)),
        ];
    }

    private static bool IsGenerated(TypeDefinition type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.CustomAttributes.Any(static one => one.AttributeType.FullName == typeof(CompilerGeneratedAttribute).FullName);
}
