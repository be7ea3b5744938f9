using NodeManager.Core.Machines;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Loads assemblies with provider types.</summary>
[Cmdlet(VerbsLifecycle.Register, "NodeProvider", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(string))]
public sealed class RegisterNodeProviderCommand : AsyncCmdlet, ILocalChange
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = PathSet,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true
    )]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin() => MachineSessions.Prepare();

    private protected override void Process()
    {
        foreach (string file in ResolvedFiles.Of(this, Path, LiteralPath, ErrorIds.ProviderAssemblyInvalid, Fail))
        {
            if (!ShouldProcessLocally(file, "Load the assembly and run its code"))
                continue;
            Start(
                file,
                worker =>
                {
                    foreach (string type in MachineProviderRegistry.Shared.Load(file))
                        if (PassThru)
                            worker.Output(type);
                    return Task.CompletedTask;
                }
            );
        }
    }
}
