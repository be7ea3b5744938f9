using NodeManager.Autoscaling.NodePools;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Validation;

namespace NodeManager.Commands;

/// <summary>Validates specifications of node pools. Sends nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NodePool", DefaultParameterSetName = SpecSet)]
[OutputType(typeof(NodePoolTestResult))]
public sealed class TestNodePoolCommand : AsyncCmdlet
{
    private const string SpecSet = "Spec";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>A hashtable, JSON or YAML, an object of ConvertFrom-Json, a pool, or a platform.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SpecSet, ValueFromPipeline = true)]
    [Alias("InputObject")]
    [ValidateNotNull]
    public object? Spec { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The name to check instead of the specification's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Whose rules apply; by default, the cluster's for a NodeSmithPool, else those of a pool service.</summary>
    [Parameter]
    [ValidateSet(NodePoolProvider.Service, NodePoolProvider.Cluster)]
    public string? Provider { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == SpecSet)
        {
            if (PlainOf(Spec!) is FileInfo file)
                Test(() => PoolInput.ReadFile(file.FullName), file.FullName);
            else
                Test(() => PoolInput.Read(Spec!), Spec!);
            return;
        }

        foreach (string file in ResolvedFiles.Of(this, Path, LiteralPath, ErrorIds.NotFound, Fail))
            Test(() => PoolInput.ReadFile(file), file);
    }

    private void Test(Func<PoolDescription> read, object source)
    {
        try
        {
            PoolDescription given = read();
            string? name = Name ?? given.Name;
            bool isOfCluster = Provider is null ? ClusterPoolFormat.IsFormatOf(given.Spec) : Provider == NodePoolProvider.Cluster;
            IPoolFormat format = isOfCluster ? ClusterPoolFormat.Instance : ServicePoolFormat.Instance;
            WriteObject(new NodePoolTestResult { Name = name ?? "", Findings = new([.. format.Check(name, given.Spec)]) });
        }
        catch (NodeManagerException unreadable)
        {
            Fail(unreadable, source);
        }
    }

    private static object PlainOf(object value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
