using System.Globalization;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Resize, "NodePool", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class ResizeNodePoolCommand : PoolTargetCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ById)]
    [Parameter(Position = 0, ParameterSetName = ByObject)]
    [ValidateRange(0, int.MaxValue)]
    public int? NodeCount { get; set; }

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
        // The requested number applies whatever else has changed.
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
