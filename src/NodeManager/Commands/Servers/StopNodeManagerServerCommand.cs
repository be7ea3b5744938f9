using System.Globalization;
using NodeManager.Providers.ServerProcesses;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Stops servers of this process.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NodeManagerServer", DefaultParameterSetName = PortSet, SupportsShouldProcess = true)]
[OutputType(typeof(NodeManagerServer))]
public sealed class StopNodeManagerServerCommand : AsyncCmdlet, ILocalChange
{
    private const string PortSet = "Port";
    private const string ServerSet = "Server";

    [Parameter(Position = 0, ParameterSetName = PortSet)]
    [ArgumentCompleter(typeof(ServerPortCompleter))]
    [ValidateNotNullOrEmpty]
    public int[]? Port { get; set; }

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ServerSet)]
    [ValidateNotNullOrEmpty]
    public NodeManagerServer[]? Server { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        // An unknown server has ended already, for example with its session.
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
                    ServerRegistry.Remove(one);
                    if (PassThru)
                        worker.Output(server);
                }
            );
        }
    }
}
