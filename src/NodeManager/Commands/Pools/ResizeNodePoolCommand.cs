using System.Globalization;
using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Completion;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Changes how many nodes pools have.</summary>
[Cmdlet(VerbsCommon.Resize, "NodePool", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class ResizeNodePoolCommand : PoolTargetCmdlet, IClusterChange
{
    /// <summary>The name of the protected cluster that may be changed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>Names; wildcards stand for the pools that they match. With pipeline input, the first positional argument is the change.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Name { get; set; } = [];

    /// <summary>The number of nodes.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ById)]
    [Parameter(Position = 0, ParameterSetName = ByObject)]
    [ValidateRange(0, int.MaxValue)]
    public int? NodeCount { get; set; }

    /// <summary>Emit each pool as it then is.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin() => PositionalChange.Move(this, Name, nameof(NodeCount));

    private protected override void Process(PoolReference pool)
    {
        int count =
            NodeCount
            ?? throw new NodeManagerException(
                ErrorIds.NodePoolInvalid,
                ErrorKind.InvalidArgument,
                "The number of nodes is missing.",
                pool.Target.Text,
                "Use -NodeCount."
            );
        PoolChange change = new() { NodeCount = count };
        PoolEdit edit = new() { Patch = spec => pool.Context.Provider.Format.PatchOf(change, spec, pool.Target.Text) };
        // The number that is given holds whatever else has changed.
        PoolTarget target = pool.Target with
        {
            Generation = null,
        };
        Change(
            pool,
            string.Create(CultureInfo.InvariantCulture, $"Resize to {count} node{(count == 1 ? "" : "s")}"),
            ConfirmImpact.Medium,
            worker => PoolPlanner.PlanChangeAsync(pool.Context, target, edit, worker, worker.Token),
            async worker =>
            {
                NodePool changed = await PoolEditor.ApplyAsync(pool.Context, target, edit, worker, worker.Token);
                if (PassThru)
                    worker.Output(changed);
            }
        );
    }
}
