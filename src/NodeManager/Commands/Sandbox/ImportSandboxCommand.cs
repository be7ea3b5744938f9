using System.Management.Automation.Runspaces;
using NodeManager.Core.Configuration;
using NodeManager.Sandbox;
using NodeManager.Sandbox.Saving;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Restores an embedded cluster from a file of Export-Sandbox. Its clock continues at the saved time.</summary>
[Cmdlet(VerbsData.Import, "Sandbox", DefaultParameterSetName = SandboxSet, SupportsShouldProcess = true)]
[OutputType(typeof(NodeManagerSession))]
public sealed class ImportSandboxCommand : SandboxSessionCmdlet, ILocalChange
{
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SandboxSet, ValueFromPipelineByPropertyName = true)]
    [Alias("LiteralPath", "FilePath", "PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    private protected override void Process()
    {
        string file = GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcessLocally(file, "Start the saved cluster"))
            return;
        Runspace runspace = Runspace.DefaultRunspace;
        SessionRegistry.BeginConnect(runspace);
        NodeManagerConfiguration defaults = ConfigurationLayers.Load(CurrentFolder);
        double? speed = IsBound(nameof(SandboxSpeed)) ? SandboxSpeed : null;
        Start(
            file,
            async worker =>
            {
                SavedCluster saved = SandboxFile.Read(file);
                NodeManagerSession session = await OpenAsync(
                    "sandbox",
                    SandboxCluster.Restore(saved, speed, SandboxPrograms.All, TimeProvider.System),
                    worker
                );
                SessionRegistry.Add(runspace, session, defaults);
                worker.Output(session);
            }
        );
    }
}
