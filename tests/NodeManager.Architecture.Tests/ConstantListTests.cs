using System.Reflection;

namespace NodeManager.Architecture.Tests;

/// <summary>Completers, validation and the API read the values of a text from its type's <c>All</c>.</summary>
public sealed class ConstantListTests
{
    [Fact]
    public void All_has_every_constant_of_its_type()
    {
        (string Type, IEnumerable<string> All, IEnumerable<string> Constants)[] lists =
        [
            .. typeof(ErrorIds)
                .Assembly.GetExportedTypes()
                .Select(static type => (type, type.GetProperty("All", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)))
                .Where(static one => one.Item2 is IReadOnlyList<string>)
                .Select(static one =>
                    (
                        one.type.Name,
                        ((IEnumerable<string>)one.Item2!).Order(StringComparer.Ordinal),
                        one.type.GetFields()
                            .Where(static field => field is { IsLiteral: true, IsPublic: true } && field.FieldType == typeof(string))
                            .Select(static field => (string)field.GetRawConstantValue()!)
                            .Order(StringComparer.Ordinal)
                            .AsEnumerable()
                    )
                ),
        ];

        Assert.Contains(lists, static one => one.Type == nameof(NodeFindingCause));
        Assert.All(lists, static one => Assert.Equal((one.Type, string.Join(' ', one.Constants)), (one.Type, string.Join(' ', one.All))));
    }
}
