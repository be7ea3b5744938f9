using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace NodeManager.Architecture.Tests;

/// <summary>
/// Public types are in the flat namespace <c>NodeManager</c>, which every file sees: no other type may have the name of one. Types of
/// other namespaces may share a name.
/// </summary>
public sealed class NameTests
{
    private const string PublicNamespace = "NodeManager";

    [Fact]
    public void No_type_has_the_name_of_a_public_type()
    {
        TypeDefinition[] types = [.. ModuleAssemblies.Files().SelectMany(Read)];
        HashSet<string> shared =
        [
            .. types.Where(static type => type.Namespace == PublicNamespace && type.IsPublic).Select(static type => type.Name),
        ];
        Assert.NotEmpty(shared);
        string[] repeated =
        [
            .. types
                .Where(type => type.Namespace != PublicNamespace && shared.Contains(type.Name))
                .Select(static type => type.FullName)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        Assert.True(repeated.Length == 0, $"{repeated.Length} types have the name of a public type:\n{string.Join('\n', repeated)}");
    }

    private static TypeDefinition[] Read(string path)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path);
        return
        [
            .. assembly.MainModule.Types.Where(static type =>
                type.Namespace.StartsWith(PublicNamespace, StringComparison.Ordinal) && !IsGenerated(type)
            ),
        ];
    }

    private static bool IsGenerated(TypeDefinition type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.CustomAttributes.Any(static one => one.AttributeType.FullName == typeof(CompilerGeneratedAttribute).FullName);
}
