namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that works on existing pools by name, by id, or as objects, which know their session.</summary>
public abstract class PoolTargetCmdlet : PoolCmdlet
{
    private protected const string ByName = "ByName";
    private protected const string ById = "ById";

    // The default set; see NodeCmdlet.
    private protected const string ByObject = "ByObject";

    /// <summary>Names; wildcards match pools.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public virtual string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>
    /// A pool, or an object that stands for one: its status, a plan, one of its nodes, or a row of a file with such an object.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [PoolRows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 8;

    private protected override int WorkLimit => ThrottleLimit;

    private protected override void Process()
    {
        if (ParameterSetName != ByObject)
            ForEachPool(Name, Id, null, Process);
        else if (InputObject is NameText text)
            ForEachPool([text.Name], Id, null, Process);
        else
            ForEachPool([], Id, InputObject, Process);
    }

    /// <summary>Starts work on a pool, once per pool, on the pipeline thread.</summary>
    private protected abstract void Process(PoolReference pool);
}
