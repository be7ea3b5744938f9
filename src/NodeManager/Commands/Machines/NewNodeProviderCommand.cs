using NodeManager.Autoscaling.Providers;
using NodeManager.Providers;

namespace NodeManager.Commands;

/// <summary>Creates a NodeSmithProvider from parameters or a manifest, with its credentials Secret.</summary>
[Cmdlet(VerbsCommon.New, "NodeProvider", DefaultParameterSetName = CommonSet, SupportsShouldProcess = true)]
[OutputType(typeof(NodeProvider))]
public sealed class NewNodeProviderCommand : NodeProviderSettingsCmdlet, IClusterChange
{
    private const string PathSet = "Path";

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    /// <summary>The name; overrides the one of a manifest.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = CommonSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ClusterApiSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ProxmoxSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RedfishSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SimulatedSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = WebhookSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter(Mandatory = true, Position = 1, ParameterSetName = CommonSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ClusterApiSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ProxmoxSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = RedfishSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = SimulatedSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = WebhookSet)]
    [ArgumentCompleter(typeof(NodeProviderTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Type { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = AnySet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Manifest { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeProviderReference.DefaultNamespace;

    private protected override void Process()
    {
        NodeProviderRequest request = Request();
        foreach (NodeManagerSession session in Sessions)
        {
            var reference = new NodeProviderReference(session, request.Namespace, request.Name, "");
            Sessions.StartIn(
                session,
                request.Name,
                async worker =>
                {
                    string action = request.Credential is null ? "Create node provider" : "Create node provider and its Secret";
                    if (IsWhatIf)
                        await NodeProviderEditor.CreateAsync(session, request, true, worker.Token);
                    if (await worker.ShouldProcessAsync(session, reference.ToString(), action))
                        worker.Output(await NodeProviderEditor.CreateAsync(session, request, false, worker.Token));
                }
            );
        }
    }

    private NodeProviderRequest Request()
    {
        if (Type is not null)
        {
            string type = NodeProviderSettings.Normalize(Type);
            return new(Name!, Namespace, (Settings with { Type = type }).ToSpec(type)) { Credential = ProviderCredential };
        }

        (string text, string source) = Manifest is null
            ? (ManifestFile.Read(GetUnresolvedProviderPathFromPSPath(Path!)), Path!)
            : (Manifest, "-Manifest");
        NodeProviderRequest read = NodeProviderManifest.Read(text, source, Name, IsBound(nameof(Namespace)) ? Namespace : null, Namespace);
        string described = (string?)read.Spec["type"] ?? "";
        return read with
        {
            Spec = NodePools.Documents.PoolMerge.Apply(read.Spec, Settings.ToSpec(described)),
            Credential = ProviderCredential,
        };
    }
}
