using Mono.Cecil;

namespace NodeManager.Architecture.Tests;

/// <summary>How commands are built: on few base classes, all in one folder, with parameters that are known without running anything.</summary>
public sealed class CommandTests : IDisposable
{
    private const int MostBases = 4;

    private readonly ModuleDefinition _module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, "NodeManager.dll"));

    private TypeDefinition[] Commands => [.. _module.Types.Where(static type => type.CustomAttributes.Any(static one => one.AttributeType.Name == "CmdletAttribute"))];

    [Fact]
    public void A_command_has_at_most_four_base_classes_below_PSCmdlet()
    {
        Assert.NotEmpty(Commands);
        Assert.DoesNotContain(Commands, command => BasesOf(command).Count() > MostBases);
    }

    [Fact]
    public void Base_classes_stand_in_one_folder() =>
        Assert.Equal(["NodeManager.Commands.Bases"], Commands.SelectMany(BasesOf).Select(static type => type.Namespace).Distinct());

    [Fact]
    public void No_command_has_dynamic_parameters() =>
        Assert.DoesNotContain(Commands.SelectMany(BasesOf).Concat(Commands), static type => type.Interfaces.Any(static one => one.InterfaceType.Name == "IDynamicParameters"));

    public void Dispose() => _module.Dispose();

    private IEnumerable<TypeDefinition> BasesOf(TypeDefinition command)
    {
        TypeReference? at = command.BaseType;
        while (at is not null && _module.GetType(at.GetElementType().FullName) is { } type)
        {
            yield return type;
            at = type.BaseType;
        }
    }
}
