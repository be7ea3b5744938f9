namespace NodeManager.Commands.Bases;

public abstract class NodeProviderCmdlet : SessionCmdlet
{
    private protected const string ByName = "ByName";
    private protected const string ByObject = "ByObject";

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeProviderReference.DefaultNamespace;

    private protected sealed override void Process()
    {
        if (InputObject is null)
        {
            foreach (NodeManagerSession session in Sessions)
            foreach (string name in Name)
                Process(new(session, Namespace, name, ""));
        }
        else if (NodeProviderReference.Of(InputObject) is var (ns, name, uid) && name.Length > 0)
        {
            foreach (NodeManagerSession session in Sessions.For(InputObject))
                Process(new(session, ns, name, uid));
        }
        else
        {
            Fail(NodeProviderReference.Missing(InputObject), InputObject);
        }
    }

    private protected abstract void Process(NodeProviderReference provider);
}
