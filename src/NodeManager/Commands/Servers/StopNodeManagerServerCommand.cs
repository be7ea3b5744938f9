using System.Globalization;
using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Parameters;
using NodeManager.Providers.ServerProcesses;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Stops servers that this process has started.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NodeManagerServer", DefaultParameterSetName = PortSet, SupportsShouldProcess = true)]
[OutputType(typeof(NodeManagerServer))]
public sealed class StopNodeManagerServerCommand : AsyncCmdlet, ILocalChange
{
    private const string PortSet = "Port";
    private const string ServerSet = "Server";

    /// <summary>The ports of the servers to stop; without it, all.</summary>
    [Parameter(Position = 0, ParameterSetName = PortSet)]
    [ArgumentCompleter(typeof(ServerPortCompleter))]
    [ValidateNotNullOrEmpty]
    public int[]? Port { get; set; }

    /// <summary>The servers to stop.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ServerSet)]
    [ValidateNotNullOrEmpty]
    public NodeManagerServer[]? Server { get; set; }

    /// <summary>Returns each server once it has ended.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        // One that is not known any more has ended, with its session say.
        IReadOnlyList<ServerProcess> servers = Server is null
            ? ServerSelection.Of(Port, problem => Fail(problem, problem.Target))
            : [.. Server.Select(ServerRegistry.Find).OfType<ServerProcess>()];
        foreach (ServerProcess one in servers)
        {
            NodeManagerServer server = one.Server;
            if (
                !ShouldProcessLocally(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"server at {server} for cluster '{server.Cluster}' (process {server.ProcessId})"
                    ),
                    "Stop, which ends its tokens, and cancels the operations that it runs"
                )
            )
                continue;
            Start(
                server,
                async worker =>
                {
                    await one.StopAsync(worker.Token);
                    ServerRegistry.Forget(one);
                    if (PassThru)
                        worker.Output(server);
                }
            );
        }
    }
}
