using Mono.Cecil;

namespace NodeManager.Architecture.Tests;

/// <summary>What belongs to a session hangs on the session, and ends with it.</summary>
public sealed class StaticStateTests
{
    private static readonly HashSet<string> Keys = new(StringComparer.Ordinal)
    {
        "NodeManager.NodeManagerSession",
        "NodeManager.Core.Sessions.ClusterConnection",
        "NodeManager.Kubernetes.KubernetesClient",
    };

    [Fact]
    public void No_static_table_is_keyed_by_a_session()
    {
        string[] known =
        [
            .. ModuleAssemblies
                .Files()
                .SelectMany(static path => Read(path, static module => module.Types.Select(static type => type.FullName))),
        ];
        Assert.Subset(known.ToHashSet(StringComparer.Ordinal), Keys);

        Assert.Empty(
            ModuleAssemblies
                .Files()
                .SelectMany(static path =>
                    Read(
                        path,
                        static module =>
                            module
                                .GetTypes()
                                .SelectMany(static type => type.Fields)
                                .Where(static field => field.IsStatic && IsKeyed(field.FieldType))
                                .Select(static field => field.FullName)
                    )
                )
        );
    }

    private static IReadOnlyList<string> Read(string path, Func<ModuleDefinition, IEnumerable<string>> read)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(path);
        return [.. read(module)];
    }

    // A dictionary or a conditional weak table, or one in another container.
    private static bool IsKeyed(TypeReference type) =>
        type is GenericInstanceType generic
        && (
            (IsTable(generic.ElementType.Name) && Keys.Contains(generic.GenericArguments[0].FullName))
            || generic.GenericArguments.Any(IsKeyed)
        );

    private static bool IsTable(string name) =>
        name.Contains("Dictionary`2", StringComparison.Ordinal) || name.StartsWith("ConditionalWeakTable`", StringComparison.Ordinal);
}
