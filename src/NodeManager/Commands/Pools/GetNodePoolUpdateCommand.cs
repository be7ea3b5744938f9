using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.Core.Rolling;

namespace NodeManager.Commands;

/// <summary>Gets the latest updates of pools.</summary>
[Cmdlet(VerbsCommon.Get, "NodePoolUpdate")]
[OutputType(typeof(NodePoolUpdate))]
public sealed class GetNodePoolUpdateCommand : AutoscalerCmdlet
{
    /// <summary>Names of pools; without it, all that have one.</summary>
    [Parameter(Position = 0)]
    [Alias("Pool")]
    [ArgumentCompleter(typeof(NodePoolUpdateCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
        {
            Sessions.StartIn(session, session, async worker =>
            {
                foreach (NodePoolUpdate update in await PoolUpdates.ReadAsync(session, Namespace, Name, worker.Token)) worker.Output(update);
            });
        }
    }
}
