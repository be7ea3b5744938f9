using NodeManager.Autoscaling.Providers;

namespace NodeManager.Commands;

/// <summary>Lists the machines of providers.</summary>
[Cmdlet(VerbsCommon.Get, "Machine", DefaultParameterSetName = ByName)]
[OutputType(typeof(Machine))]
public sealed class GetMachineCommand : SessionCmdlet
{
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(MachineCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Provider { get; set; } = [];

    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    private protected override void Process()
    {
        if (InputObject is null)
        {
            foreach (NodeManagerSession session in Sessions)
                Read(session, Provider, Namespace, Name);
            return;
        }

        (string ns, string provider, _) = NodeProviderReference.Of(InputObject);
        if (provider.Length == 0)
        {
            Fail(
                new NodeManagerException(
                    ErrorIds.NodeProviderNotFound,
                    ErrorKind.InvalidArgument,
                    $"'{InputObject}' does not identify a provider or a machine.",
                    InputObject,
                    "Pipe objects of Get-NodeProvider or Get-Machine."
                ),
                InputObject
            );
            return;
        }

        foreach (NodeManagerSession session in Sessions.For(InputObject))
            Read(session, [provider], ns, InputObject is Machine machine ? [machine.Name] : Name);
    }

    private void Read(NodeManagerSession session, string[] providers, string? ns, string[] names) =>
        Sessions.StartIn(
            session,
            session,
            async worker =>
            {
                await foreach (
                    Machine machine in MachineManager.ReadAsync(session, providers, ns, names, e => worker.Error(e, e.Target), worker.Token)
                )
                    worker.Output(machine);
            }
        );
}
