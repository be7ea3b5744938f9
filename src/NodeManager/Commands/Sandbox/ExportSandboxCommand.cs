using NodeManager.Sandbox;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Saves an embedded cluster to a file for Import-Sandbox.</summary>
[Cmdlet(VerbsData.Export, "Sandbox", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSandboxCommand : SessionCmdlet, ILocalChange
{
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Include the values of Secrets; by default, only names and keys.</summary>
    [Parameter]
    public SwitchParameter IncludeSecret { get; set; }

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void End()
    {
        if (Sessions.Count != 1)
        {
            throw new NodeManagerException(
                ErrorIds.SandboxCopyInvalid,
                ErrorKind.InvalidArgument,
                "One file holds one cluster.",
                Sessions.ToArray(),
                "Specify one session with -Session."
            );
        }

        NodeManagerSession session = Sessions[0];
        SandboxCluster cluster = session.Sandbox();
        string file = GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcessLocally(file, $"Save cluster '{session.Cluster}'{(IncludeSecret ? " with its secrets" : "")}"))
            return;
        Start(
            file,
            async worker =>
            {
                await Task.Run(() => cluster.Save(file, IncludeSecret, Force), worker.Token);
                if (PassThru)
                    worker.Output(new FileInfo(file));
            }
        );
    }
}
