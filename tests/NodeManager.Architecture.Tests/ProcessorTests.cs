using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;
using NodeManager.Architecture.Tests.Documents;

namespace NodeManager.Architecture.Tests;

/// <summary>One assembly runs on every processor: x64 is tested, and arm64 is not.</summary>
public sealed partial class ProcessorTests
{
    // Parts of .NET and of Windows, which exist for each processor. Their functions take no structure whose layout differs.
    // Of libc, the state of a terminal, which is not looked into.
    private static readonly string[] Libraries = ["icu.dll", "kernel32.dll", "libSystem.Native", "libc"];

    // Where .NET looks for an installation: DOTNET_ROOT_ARM64.
    private static readonly string[] ReadArchitecture = ["NodeManager.Providers.dll"];

    [Fact]
    public void Native_functions_are_those_of_every_processor() =>
        Assert.Equal(Libraries, Found(static module => module.ModuleReferences.Select(static library => library.Name)));

    [Fact]
    public void No_assembly_is_compiled_for_a_processor() =>
        Assert.Empty(
            Found(static module =>
                module.Architecture == TargetArchitecture.I386
                && module.Attributes.HasFlag(ModuleAttributes.ILOnly)
                && !module.Attributes.HasFlag(ModuleAttributes.Required32Bit)
                    ? []
                    : [module.Name]
            )
        );

    [Fact]
    public void No_instructions_of_a_processor_are_used() =>
        Assert.Empty(
            Found(static module =>
                module
                    .GetTypeReferences()
                    .Where(static type => type.Namespace.StartsWith("System.Runtime.Intrinsics", StringComparison.Ordinal))
                    .Select(type => $"{module.Name}: {type.FullName}")
            )
        );

    [Fact]
    public void The_processor_is_only_asked_for_where_the_reason_is_known() =>
        Assert.Equal(
            ReadArchitecture,
            Found(static module =>
                module
                    .GetMemberReferences()
                    .Where(static member => member.Name is "get_ProcessArchitecture" or "get_OSArchitecture" or "get_Is64BitProcess")
                    .Select(_ => module.Name)
            )
        );

    [Fact]
    public void No_platform_with_a_processor_is_named_in_code() =>
        Assert.Empty(
            Found(static module =>
                module
                    .GetTypes()
                    .SelectMany(static type => type.Methods)
                    .Where(static method => method.HasBody)
                    .SelectMany(static method => method.Body.Instructions)
                    .Where(static one => one.OpCode == OpCodes.Ldstr && Platform().IsMatch((string)one.Operand))
                    .Select(one => $"{module.Name}: {one.Operand}")
            )
        );

    [Theory]
    [InlineData(".csproj")]
    [InlineData(".psm1")]
    [InlineData(".targets")]
    public void No_platform_with_a_processor_is_named_in(string extension) =>
        Assert.Empty(
            Repository
                .Files(extension)
                .Where(static file => Repository.NameOf(file).StartsWith("src/", StringComparison.Ordinal))
                .Where(static file => Platform().IsMatch(File.ReadAllText(file)))
                .Select(Repository.NameOf)
        );

    private static string[] Found(Func<ModuleDefinition, IEnumerable<string>> find)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string path in ModuleAssemblies.Files())
        {
            using ModuleDefinition module = ModuleDefinition.ReadModule(path);
            found.UnionWith(find(module));
        }

        return [.. found];
    }

    [GeneratedRegex(@"\b(linux|linux-musl|win|osx)-(x64|x86|arm|arm64)\b")]
    private static partial Regex Platform();
}
