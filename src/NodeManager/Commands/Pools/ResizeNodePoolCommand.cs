using System.Globalization;
using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Core.Pools;
using NodeManager.Core.Pools.Planning;
using NodeManager.Core.Pools.Running;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>Changes how many nodes pools have.</summary>
[Cmdlet(VerbsCommon.Resize, "NodePool", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePool), typeof(NodePoolPlan))]
public sealed class ResizeNodePoolCommand : PoolTargetCmdlet
{
    /// <summary>The number of nodes.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateRange(0, int.MaxValue)]
    public int NodeCount { get; set; }

    /// <summary>Emit each pool as it then is.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(PoolReference pool)
    {
        PoolChange change = new() { NodeCount = NodeCount };
        PoolEdit edit = new() { Patch = spec => pool.Context.Provider.Format.PatchOf(change, spec, pool.Target.Text) };
        // The number that is given holds whatever else has changed.
        PoolTarget target = pool.Target with { Generation = null };
        Change(
            pool, string.Create(CultureInfo.InvariantCulture, $"Resize to {NodeCount} node{(NodeCount == 1 ? "" : "s")}"), ConfirmImpact.Medium,
            worker => PoolPlanner.PlanChangeAsync(pool.Context, target, edit, worker, worker.Token),
            async worker =>
            {
                NodePool changed = await PoolEditor.ApplyAsync(pool.Context, target, edit, worker, worker.Token);
                if (PassThru) worker.Output(changed);
            });
    }
}
