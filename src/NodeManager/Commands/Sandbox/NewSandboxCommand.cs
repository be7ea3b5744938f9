using System.Management.Automation.Runspaces;
using NodeManager.Core.Configuration;
using NodeManager.Core.Operations;
using NodeManager.Pipeline;
using NodeManager.Sandbox;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Creates an embedded cluster, seeded or as a copy of a connected cluster.</summary>
[Cmdlet(VerbsCommon.New, "Sandbox", DefaultParameterSetName = SandboxSet, SupportsShouldProcess = true)]
[OutputType(typeof(NodeManagerSession))]
public sealed class NewSandboxCommand : SandboxCmdlet, ILocalChange
{
    /// <summary>The cluster to copy; read only.</summary>
    [Parameter(Position = 0, ParameterSetName = SandboxSet, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SessionArgument]
    [ValidateNotNull]
    public NodeManagerSession? From { get; set; }

    private protected override void Process()
    {
        NodeManagerSession? from = From;
        if (
            !ShouldProcessLocally(
                from is null ? "a new embedded cluster" : $"cluster '{from.Cluster}'",
                from is null ? "Start" : "Copy into a new embedded cluster"
            )
        )
            return;
        Runspace runspace = Runspace.DefaultRunspace;
        SessionRegistry.BeginConnect(runspace);
        NodeManagerConfiguration defaults = ConfigurationLayers.Load(CurrentFolder);
        if (from is not null && (IsBound(nameof(SandboxNodes)) || IsBound(nameof(SandboxVersion))))
        {
            throw new NodeManagerException(
                ErrorIds.SandboxCopyInvalid,
                ErrorKind.InvalidArgument,
                "A copy has the nodes and the version of its source.",
                from,
                "Leave out -SandboxNodes and -SandboxVersion, or -From."
            );
        }

        Start(
            from,
            async worker =>
            {
                NodeManagerSession session = from is null
                    ? await StartSandboxAsync(worker)
                    : await OpenAsync($"{from.Cluster}-copy", await CopyAsync(from, worker), worker);
                SessionRegistry.Add(runspace, session, defaults);
                worker.Output(session);
            }
        );
    }

    private async Task<SandboxCluster> CopyAsync(NodeManagerSession from, Worker worker)
    {
        string activity = $"Copying {from.Cluster}";
        worker.Progress(new(from.Cluster, activity, "Reading nodes, pods and workloads", -1));
        try
        {
            return await from.UseAsync((client, token) => SandboxCluster.CopyAsync(client, Options, worker.Warning, token), worker.Token);
        }
        finally
        {
            worker.Progress(new(from.Cluster, activity, "", 100, true));
        }
    }
}
