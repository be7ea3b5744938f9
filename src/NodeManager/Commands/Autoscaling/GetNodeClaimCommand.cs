using NodeManager.Autoscaling.Host;

namespace NodeManager.Commands;

/// <summary>Lists claims with their phase, machine and node.</summary>
[Cmdlet(VerbsCommon.Get, "NodeClaim")]
[OutputType(typeof(NodeClaim))]
public sealed class GetNodeClaimCommand : AutoscalerCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NodeClaimCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Pools to filter by, with wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Pool { get; set; } = [];

    private protected override void End()
    {
        Sessions.StartInEach(
            async (worker, session) =>
            {
                foreach (NodeClaim claim in await NodeClaims.ReadAsync(session, Namespace, Name, Pool, worker.Token))
                    worker.Output(claim);
            }
        );
    }
}
