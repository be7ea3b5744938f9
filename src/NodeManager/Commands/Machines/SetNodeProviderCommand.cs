using NodeManager.Autoscaling.Providers;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

[Cmdlet(
    VerbsCommon.Set,
    "NodeProvider",
    DefaultParameterSetName = CommonSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium
)]
[OutputType(typeof(NodeProvider))]
public sealed class SetNodeProviderCommand : NodeProviderSettingsCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = CommonSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ClusterApiSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ProxmoxSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RedfishSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SimulatedSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = WebhookSet)]
    [ArgumentCompleter(typeof(NodeProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = AnySet, ValueFromPipeline = true)]
    [Rows]
    [ValidateNotNull]
    public ClusterObject? InputObject { get; set; }

    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = ClusterApiSet)]
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = SimulatedSet)]
    [Parameter(ParameterSetName = WebhookSet)]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeProviderReference.DefaultNamespace;

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (InputObject is null)
        {
            foreach (NodeManagerSession session in Sessions)
            foreach (string name in Name)
                Start(new(session, Namespace, name, ""));
            return;
        }

        (string ns, string provider, string uid) = NodeProviderReference.Of(InputObject);
        if (provider.Length == 0)
        {
            Fail(NodeProviderReference.Missing(InputObject), InputObject);
            return;
        }

        foreach (NodeManagerSession session in Sessions.For(InputObject))
            Start(new(session, ns, provider, uid));
    }

    private void Start(NodeProviderReference provider) =>
        Sessions.StartIn(
            provider.Session,
            provider.Name,
            async worker =>
            {
                var request = new NodeProviderRequest(provider.Name, provider.Namespace, await SpecAsync(provider, worker))
                {
                    Credential = ProviderCredential,
                    Uid = provider.Uid,
                };
                NodeProviderChange planned = await NodeProviderEditor.ChangeAsync(provider.Session, request, true, worker.Token);
                NodeProvider result = planned.Provider;
                if (planned.Differences.Count > 0)
                {
                    string changes = string.Join("; ", planned.Differences);
                    if (!await worker.ShouldProcessAsync(provider.Session, provider.ToString(), $"Change node provider ({changes})"))
                        return;
                    result = (await NodeProviderEditor.ChangeAsync(provider.Session, request, false, worker.Token)).Provider;
                }

                if (PassThru)
                    worker.Output(result);
            }
        );

    // The provider's type determines where settings are stored.
    private async Task<System.Text.Json.Nodes.JsonObject> SpecAsync(NodeProviderReference provider, Worker worker)
    {
        string type = "";
        foreach (
            NodeProvider found in await NodeProviderReader.ReadAsync(
                provider.Session,
                [provider.Name],
                provider.Namespace,
                static missing => throw missing,
                worker.Token
            )
        )
            type = found.Type;
        return Settings.ToSpec(type);
    }
}
