using Mono.Cecil;

namespace NodeManager.Architecture.Tests;

/// <summary>How commands are built: on few base classes, all in one folder, with parameters that are known without running anything.</summary>
public sealed class CommandTests : IDisposable
{
    private const int MostBases = 4;

    private readonly ModuleDefinition _module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, "NodeManager.dll"));

    private TypeDefinition[] Commands =>
        [.. _module.Types.Where(static type => type.CustomAttributes.Any(static one => one.AttributeType.Name == "CmdletAttribute"))];

    [Fact]
    public void A_command_has_at_most_four_base_classes_below_PSCmdlet()
    {
        Assert.NotEmpty(Commands);
        Assert.DoesNotContain(Commands, command => BasesOf(command).Count() > MostBases);
    }

    [Fact]
    public void Base_classes_of_commands_are_in_one_folder() =>
        Assert.Equal(["NodeManager.Commands.Bases"], Commands.SelectMany(BasesOf).Select(static type => type.Namespace).Distinct());

    [Fact]
    public void No_command_has_dynamic_parameters() =>
        Assert.DoesNotContain(
            Commands.SelectMany(BasesOf).Concat(Commands),
            static type => type.Interfaces.Any(static one => one.InterfaceType.Name == "IDynamicParameters")
        );

    [Fact]
    public void Every_duration_is_read_by_one_transformation()
    {
        PropertyDefinition[] durations =
        [
            .. Parameters().Where(static one => one.PropertyType.FullName.Contains("System.TimeSpan", StringComparison.Ordinal)),
        ];

        Assert.True(durations.Length > 40, $"{durations.Length} parameters of TimeSpan were found.");
        Assert.All(
            durations,
            static one =>
                Assert.True(Has(one, "DurationAttribute"), $"{one.FullName} has no [Duration]: PowerShell would read 30 as 3 microseconds.")
        );
    }

    [Fact]
    public void No_duration_is_a_number_or_text()
    {
        string[] units = ["Timeout", "Seconds", "Minutes", "Delay", "Interval", "Period", "Duration", "CoolDown", "After"];
        Assert.DoesNotContain(
            Parameters(),
            one =>
                units.Any(unit => one.Name.EndsWith(unit, StringComparison.Ordinal))
                && !one.PropertyType.FullName.Contains("System.TimeSpan", StringComparison.Ordinal)
                && one.PropertyType.Name != "SwitchParameter"
        );
    }

    // PowerShell binds positions before it knows what is piped: see PositionalChange.
    [Fact]
    public void With_objects_from_the_pipeline_the_change_is_the_first_positional_parameter()
    {
        TypeDefinition[] changes =
        [
            .. Commands.Where(type => Sets(type, "InputObject").Contains("ByObject") && ChangeOf(type) is not null),
        ];

        Assert.Equal(
            [
                "InvokeNodeCommandCommand",
                "RemoveNodeAnnotationCommand",
                "RemoveNodeLabelCommand",
                "RemoveNodeTaintCommand",
                "ResizeNodePoolCommand",
                "SetNodeAnnotationCommand",
                "SetNodeLabelCommand",
                "SetNodePoolStatusCommand",
                "SetNodeTaintCommand",
                "WaitClusterNodeCommand",
                "WaitNodePoolCommand",
            ],
            changes.Select(static one => one.Name).Order(StringComparer.Ordinal)
        );
        Assert.All(
            changes,
            type =>
            {
                Assert.Equal(0, Position(ChangeOf(type)!, "ByObject"));
                Assert.Equal(0, Position(Parameter(type, "Name")!, "ByName"));
                Assert.Contains("ByObject", Sets(type, "Name"));
                Assert.Null(Position(Parameter(type, "Name")!, "ByObject"));
                Assert.Equal("ByName", Default(type));
                Assert.All(
                    Parameters(type),
                    static one =>
                        Assert.DoesNotContain(
                            Attributes(one),
                            static attribute =>
                                SetOf(attribute) is "ByName" or ""
                                && attribute.Properties.Any(static named =>
                                    named.Name.StartsWith("ValueFromPipeline", StringComparison.Ordinal)
                                )
                        )
                );
            }
        );
    }

    // With four bases, some parameters are declared where another class has them already.
    [Theory]
    [InlineData("PoolTargetCmdlet", "SetNodePoolCommand", "Name", "Id", "InputObject", "ThrottleLimit")]
    [InlineData("PoolSpecCmdlet", "UpdateNodePoolCommand", "Label")]
    [InlineData("SetNodePoolCommand", "UpdateNodePoolCommand", "MachineType", "Patch")]
    [InlineData("DrainCmdlet", "UpdateNodePoolCommand", "DeleteEmptyDirData", "DeleteUnmanagedPod", "GracePeriod")]
    [InlineData("DrainCmdlet", "RepairClusterNodeCommand", "DeleteEmptyDirData", "DeleteUnmanagedPod", "GracePeriod")]
    [InlineData("DrainCmdlet", "GetNodeScaleRecommendationCommand", "DeleteEmptyDirData", "DeleteUnmanagedPod")]
    public void A_repeated_parameter_has_the_same_declaration(string original, string again, params string[] parameters) =>
        Assert.All(parameters, parameter => Assert.Equal(Describe(original, parameter), Describe(again, parameter)));

    public void Dispose() => _module.Dispose();

    private static CustomAttribute[] Attributes(PropertyDefinition property) =>
        [.. property.CustomAttributes.Where(static one => one.AttributeType.Name == "ParameterAttribute")];

    private static string SetOf(CustomAttribute attribute) =>
        attribute.Properties.FirstOrDefault(static one => one.Name == "ParameterSetName").Argument.Value as string ?? "";

    private static int? Position(PropertyDefinition property, string set) =>
        Attributes(property)
            .Where(one => SetOf(one) == set || SetOf(one).Length == 0)
            .SelectMany(static one => one.Properties)
            .Where(static one => one.Name == "Position")
            .Select(static one => (int?)one.Argument.Value)
            .FirstOrDefault();

    private static string? Default(TypeDefinition command) =>
        command
            .CustomAttributes.Single(static one => one.AttributeType.Name == "CmdletAttribute")
            .Properties.FirstOrDefault(static one => one.Name == "DefaultParameterSetName")
            .Argument.Value as string;

    // The second position beside names.
    private PropertyDefinition? ChangeOf(TypeDefinition command) =>
        Parameters(command)
            .FirstOrDefault(static one =>
                Position(one, "ByName") == 1 && (Attributes(one).Length > 1 || SetOf(Attributes(one)[0]).Length == 0)
            );

    private IEnumerable<PropertyDefinition> Parameters(TypeDefinition command) =>
        new[] { command }
            .Concat(BasesOf(command))
            .SelectMany(static type => type.Properties)
            .Where(static one => Has(one, "ParameterAttribute"))
            .DistinctBy(static one => one.Name);

    private PropertyDefinition? Parameter(TypeDefinition command, string name) =>
        Parameters(command).FirstOrDefault(one => one.Name == name);

    private IEnumerable<string> Sets(TypeDefinition command, string name) =>
        Parameter(command, name) is { } property ? Attributes(property).Select(SetOf) : [];

    private static bool Has(PropertyDefinition property, string attribute) =>
        property.CustomAttributes.Any(one => one.AttributeType.Name == attribute);

    private IEnumerable<PropertyDefinition> Parameters() =>
        Commands
            .Concat(Commands.SelectMany(BasesOf))
            .Distinct()
            .SelectMany(static type => type.Properties)
            .Where(static one => Has(one, "ParameterAttribute"));

    private string Describe(string type, string parameter)
    {
        PropertyDefinition property = _module.Types.Single(one => one.Name == type).Properties.Single(one => one.Name == parameter);
        return $"{property.PropertyType.FullName} {string.Join("; ", property.CustomAttributes.Where(static one => !one.AttributeType.Namespace.StartsWith("System.Runtime", StringComparison.Ordinal)).Select(Describe).Order(StringComparer.Ordinal))}";
    }

    private static string Describe(CustomAttribute attribute) =>
        $"{attribute.AttributeType.Name}({string.Join(", ", attribute.ConstructorArguments.Select(static one => Describe(one.Value)).Concat(attribute.Properties.Select(static one => $"{one.Name}={Describe(one.Argument.Value)}").Order(StringComparer.Ordinal)))})";

    private static string Describe(object? value) =>
        value switch
        {
            CustomAttributeArgument inner => Describe(inner.Value),
            CustomAttributeArgument[] list => string.Join('|', list.Select(static one => Describe(one.Value))),
            _ => $"{value}",
        };

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
