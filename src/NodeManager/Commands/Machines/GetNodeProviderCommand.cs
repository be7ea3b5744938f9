using NodeManager.Autoscaling.Providers;

namespace NodeManager.Commands;

/// <summary>Lists the machine providers of a cluster.</summary>
[Cmdlet(VerbsCommon.Get, "NodeProvider")]
[OutputType(typeof(NodeProvider))]
public sealed class GetNodeProviderCommand : SessionCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    private protected override void Process()
    {
        (string[] names, string? ns) = (Name, Namespace);
        Sessions.StartInEach(
            async (worker, session) =>
            {
                foreach (
                    NodeProvider provider in await NodeProviderReader.ReadAsync(
                        session,
                        names,
                        ns,
                        e => worker.Error(e, e.Target),
                        worker.Token
                    )
                )
                    worker.Output(provider);
            }
        );
    }
}
