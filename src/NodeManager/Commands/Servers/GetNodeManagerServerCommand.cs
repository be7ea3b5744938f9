using NodeManager.Providers.ServerProcesses;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Lists the servers of this process.</summary>
[Cmdlet(VerbsCommon.Get, "NodeManagerServer")]
[OutputType(typeof(NodeManagerServer))]
public sealed class GetNodeManagerServerCommand : AsyncCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ServerPortCompleter))]
    [ValidateNotNullOrEmpty]
    public int[]? Port { get; set; }

    /// <summary>Replaces the sign-in link, which is valid once and for five minutes.</summary>
    [Parameter]
    public SwitchParameter NewSignInLink { get; set; }

    private protected override void End()
    {
        foreach (ServerProcess one in ServerSelection.Of(Port, problem => Fail(problem, problem.Target)))
        {
            if (!NewSignInLink || one.Server.State != NodeManagerServerState.Running)
            {
                WriteObject(one.Server);
                continue;
            }

            Start(
                one.Server,
                async worker =>
                {
                    await one.RenewLinkAsync(worker.Token);
                    ServerSelection.Show(one.Server, worker);
                    worker.Output(one.Server);
                }
            );
        }
    }
}
