using NodeManager.Autoscaling.Host;

namespace NodeManager.Commands;

/// <summary>Deletes claims with their machines, or releases the machines.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "NodeClaim",
    DefaultParameterSetName = ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(void))]
public sealed class RemoveNodeClaimCommand : SessionCmdlet, IClusterChange
{
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NodeClaimCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public NodeClaim? InputObject { get; set; }

    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = AutoscalerCmdlet.DefaultNamespace;

    /// <summary>Keep the machine and its node.</summary>
    [Parameter]
    public SwitchParameter Abandon { get; set; }

    private protected override void Process()
    {
        if (InputObject is { } claim)
        {
            foreach (NodeManagerSession session in Sessions.For(claim))
                Remove(session, claim.Namespace, claim.Name, claim.Uid);
            return;
        }

        foreach (NodeManagerSession session in Sessions)
        foreach (string name in Name)
            Remove(session, Namespace, name, "");
    }

    private void Remove(NodeManagerSession session, string ns, string name, string uid)
    {
        string action = Abandon
            ? "Delete the claim and keep its machine running; the autoscaler will never remove it"
            : "Delete the claim: the autoscaler drains its node and destroys its machine";
        CheckAndChange(
            session,
            name,
            $"NodeSmithClaim {ns}/{name} in cluster '{session.Cluster}'",
            action,
            ConfirmImpact.High,
            (worker, dryRun) =>
                Abandon
                    ? NodeClaims.AbandonAsync(session, (ns, name), uid, dryRun, worker.Token)
                    : NodeClaims.RemoveAsync(session, (ns, name), uid, dryRun, worker.Token)
        );
    }
}
