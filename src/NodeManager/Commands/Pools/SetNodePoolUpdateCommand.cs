using NodeManager.NodePools.Updates.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Changes the limits of running updates, in any process.</summary>
[Cmdlet(VerbsCommon.Set, "NodePoolUpdate", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePoolUpdate))]
public sealed class SetNodePoolUpdateCommand : PoolUpdateCmdlet
{
    /// <summary>How long a node may drain before it is skipped; 0 for no limit.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? DrainTimeout { get; set; }

    /// <summary>The number of machines in excess of the pool's size.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxSurge { get; set; }

    /// <summary>The number of nodes that may be missing.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxUnavailable { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => "Change the limits of the update";

    private protected override PoolUpdateChange Change =>
        new()
        {
            DrainTimeout = DrainTimeout,
            MaxSurge = MaxSurge,
            MaxUnavailable = MaxUnavailable,
        };

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(DrainTimeout), DrainTimeout);
        if (DrainTimeout is null && MaxSurge is null && MaxUnavailable is null)
        {
            throw new NodeManagerException(
                ErrorIds.PoolUpdateInvalid,
                ErrorKind.InvalidArgument,
                "No change was specified.",
                null,
                "Specify -DrainTimeout, -MaxSurge or -MaxUnavailable."
            );
        }
    }

    private protected override Task ChangedAsync(NodeManagerSession session, NodePoolUpdate update, bool isHeld, Worker worker)
    {
        if (PassThru)
            worker.Output(update);
        return Task.CompletedTask;
    }
}
