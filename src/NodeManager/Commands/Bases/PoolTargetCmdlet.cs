using System.Management.Automation;
using NodeManager.Completion;
using NodeManager.Parameters;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works on node pools that exist: by name, by id, or as objects, which remember their session.</summary>
public abstract class PoolTargetCmdlet : PoolCmdlet
{
    private protected const string ByName = "ByName";
    private protected const string ById = "ById";

    // The default set of every cmdlet; see NodeCmdlet.
    private protected const string ByObject = "ByObject";

    /// <summary>Names; wildcards stand for the pools that they match.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public virtual string[] Name { get; set; } = [];

    /// <summary>The provider's ids.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A pool, or what stands for one: its status, a plan, a node of it, or a row of a file with such an object.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [PoolRows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    /// <summary>How many pools are worked on concurrently.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    private protected override int WorkLimit => ThrottleLimit;

    private protected override void Process() =>
        ForEachPool(
            ParameterSetName != ByObject ? Name
                : InputObject is NameText text ? [text.Name]
                : [],
            Id,
            ParameterSetName != ByObject || InputObject is NameText ? null : InputObject,
            Process
        );

    /// <summary>A pool to work on, once each; on the pipeline's thread.</summary>
    private protected abstract void Process(PoolReference pool);
}
