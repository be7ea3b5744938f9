using NodeManager.Autoscaling.Providers;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Destroys machines whose id, name, tag and claim all match.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "Machine",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
public sealed class RemoveMachineCommand : SessionCmdlet, IClusterChange
{
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(MachineCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string Provider { get; set; } = "";

    [Parameter(ParameterSetName = ByName)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeProviderReference.DefaultNamespace;

    [Parameter(Mandatory = true, ParameterSetName = ByObject, ValueFromPipeline = true)]
    [ValidateNotNull]
    public Machine? InputObject { get; set; }

    private protected override void Begin()
    {
        if (Name.FirstOrDefault(NamePattern.IsWildcard) is { } pattern)
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"'{pattern}' contains a wildcard, and machines are removed by their exact names.",
                pattern,
                "Pipe the machines: Get-Machine with the pattern, then Remove-Machine."
            );
    }

    private protected override void Process()
    {
        if (InputObject is { } machine)
        {
            foreach (NodeManagerSession session in Sessions.For(machine))
                Sessions.StartIn(session, machine.Name, worker => RemoveAsync(worker, session, machine));
            return;
        }

        foreach (NodeManagerSession session in Sessions)
        {
            Sessions.StartIn(
                session,
                Provider,
                async worker =>
                {
                    List<Machine> found = [];
                    await foreach (
                        Machine one in MachineManager.ReadAsync(
                            session,
                            [Provider],
                            Namespace,
                            Name,
                            e => worker.Error(e, e.Target),
                            worker.Token
                        )
                    )
                        found.Add(one);
                    foreach (Machine one in found)
                        await RemoveAsync(worker, session, one);
                }
            );
        }
    }

    private const string Action = "Destroy machine; its disks are lost";

    private static async Task RemoveAsync(Worker worker, NodeManagerSession session, Machine machine)
    {
        if (!await MachineManager.CheckRemovalAsync(session, machine, worker.Token))
        {
            worker.Warning(
                $"Machine {machine.Name} of provider {machine.ProviderNamespace}/{machine.Provider} no longer exists; nothing is destroyed."
            );
            return;
        }

        if (await worker.ShouldProcessAsync(session, Target(session, machine), Action))
            await MachineManager.RemoveAsync(session, machine, worker.Token);
    }

    private static string Target(NodeManagerSession session, Machine machine) =>
        $"machine {machine.Name} ({machine.ProviderId}, provider {machine.ProviderNamespace}/{machine.Provider}, cluster {session.Cluster})";
}
