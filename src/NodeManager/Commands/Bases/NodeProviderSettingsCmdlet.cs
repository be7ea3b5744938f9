using System.Collections;
using NodeManager.Autoscaling.Providers;
using NodeManager.Providers;

namespace NodeManager.Commands.Bases;

/// <summary>Provider settings as parameters.</summary>
public abstract class NodeProviderSettingsCmdlet : SessionCmdlet
{
    /// <summary>Parameters that apply to providers of every type.</summary>
    private protected const string CommonSet = "Common";
    private protected const string ClusterApiSet = "ClusterApi";
    private protected const string ProxmoxSet = "Proxmox";
    private protected const string RedfishSet = "Redfish";
    private protected const string SimulatedSet = "Simulated";
    private protected const string WebhookSet = "Webhook";

    /// <summary>The type comes from the pipeline, so settings of every type are accepted.</summary>
    private protected const string AnySet = "Object";

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretName { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretNamespace { get; set; }

    [Parameter]
    [Credential]
    [ValidateNotNull]
    public PSCredential? Credential { get; set; }

    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary? AdditionalSetting { get; set; }

    /// <summary>Cluster API: the namespace of the owners in the management cluster.</summary>
    [Parameter(ParameterSetName = ClusterApiSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? MachineNamespace { get; set; }

    /// <summary>Cluster API: MachineDeployments and MachineSets, with kind, name, shape, zone.</summary>
    [Parameter(ParameterSetName = ClusterApiSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary[]? MachineOwner { get; set; }

    /// <summary>Cluster API: how long a call waits before it is repeated.</summary>
    [Parameter(ParameterSetName = ClusterApiSet)]
    [Parameter(ParameterSetName = AnySet)]
    [Duration]
    public TimeSpan? WaitTimeout { get; set; }

    /// <summary>Proxmox and webhook: the address.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = WebhookSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? Endpoint { get; set; }

    /// <summary>Proxmox: the hosts that may run machines.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public string[]? NodeWhitelist { get; set; }

    /// <summary>Proxmox: the range of VM ids.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? VmIdRange { get; set; }

    /// <summary>Proxmox: memory of a machine in excess of its node's request, MiB.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateRange(0, long.MaxValue)]
    public long? VmMemOverheadMiB { get; set; }

    /// <summary>Proxmox: network devices, with name, model, bridge, vlanTag, macPrefix.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary[]? NetworkInterface { get; set; }

    /// <summary>Proxmox: further parameters of machines.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary? VmOption { get; set; }

    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateRange(100, 999_999_999)]
    public long? TemplateId { get; set; }

    /// <summary>Proxmox: use linked clones instead of full copies of the template's disks.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    public SwitchParameter LinkedClone { get; set; }

    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? Storage { get; set; }

    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? ResourcePool { get; set; }

    /// <summary>Proxmox: the zone of each host.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary? NodeZone { get; set; }

    /// <summary>Proxmox: virtual cores per physical core.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateRange(1, int.MaxValue)]
    public int? CpuOvercommit { get; set; }

    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [Duration]
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>Proxmox: the PCI resource mapping for each device of a shape, by resource name.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary? DeviceMapping { get; set; }

    /// <summary>Proxmox: the drive that gets the size of the shape's ephemeral-storage.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? Disk { get; set; }

    /// <summary>Proxmox: write the pool's taints into SMBIOS, where the guest reads them before its kubelet registers.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    public SwitchParameter TaintsInSmbios { get; set; }

    /// <summary>Redfish: the servers, with name, endpoint, systemID, secretName, cpuCores, memoryMiB, zone.</summary>
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary[]? System { get; set; }

    /// <summary>Redfish: the one-time boot target of a claimed server.</summary>
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateSet("None", "Pxe", "Hdd", "UefiHttp", "Cd")]
    public string? BootTarget { get; set; }

    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateSet("UEFI", "Legacy")]
    public string? BootMode { get; set; }

    /// <summary>Redfish: the URI for the boot target UefiHttp; replaces {name}, {claim}, {pool}, {taints} and {labels}.</summary>
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? HttpBootUri { get; set; }

    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [Duration]
    public TimeSpan? PowerTimeout { get; set; }

    /// <summary>Proxmox and Redfish: the tag of managed machines.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? ManagedTag { get; set; }

    /// <summary>Proxmox, Redfish and webhook: a file with the certificates to trust, PEM.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = WebhookSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? CaBundlePath { get; set; }

    /// <summary>Proxmox and Redfish: accept any certificate.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Proxmox and Redfish: send the credentials to an http endpoint.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    [Parameter(ParameterSetName = SimulatedSet)]
    [Parameter(ParameterSetName = AnySet)]
    [Duration]
    public TimeSpan? BootDelay { get; set; }

    /// <summary>Simulated: the maximum number of machines.</summary>
    [Parameter(ParameterSetName = SimulatedSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateRange(0, int.MaxValue)]
    public int? MaxMachines { get; set; }

    /// <summary>Simulated and webhook: the zones of machines.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = SimulatedSet)]
    [Parameter(ParameterSetName = WebhookSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public string[]? Zone { get; set; }

    /// <summary>Webhook: how long a request may take.</summary>
    [Parameter(ParameterSetName = WebhookSet)]
    [Parameter(ParameterSetName = AnySet)]
    [Duration]
    public TimeSpan? RequestTimeout { get; set; }

    private protected NodeProviderSettings Settings { get; private set; } = new();

    private protected ProviderCredential? ProviderCredential =>
        Credential is null ? null : new(Credential.UserName, Credential.GetNetworkCredential().Password);

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(TaskTimeout), TaskTimeout);
        DurationAttribute.RequireNotNegative(nameof(PowerTimeout), PowerTimeout);
        DurationAttribute.RequireNotNegative(nameof(BootDelay), BootDelay);
        DurationAttribute.RequireNotNegative(nameof(WaitTimeout), WaitTimeout);
        DurationAttribute.RequireNotNegative(nameof(RequestTimeout), RequestTimeout);
        Settings = new()
        {
            SecretName = SecretName,
            SecretNamespace = SecretNamespace,
            AdditionalSettings = AdditionalSetting is null ? null : ArgumentMap.From(AdditionalSetting),
            Values = MyInvocation
                .BoundParameters.Keys.Where(NodeProviderSettings.IsOfType)
                .ToDictionary(static name => name, name => name == nameof(CaBundlePath) ? ReadBundle() : Value(name)),
        };
    }

    private object? Value(string parameter) =>
        GetType().GetProperty(parameter)!.GetValue(this) switch
        {
            SwitchParameter flag => flag.IsPresent,
            IDictionary table => ArgumentMap.From(table),
            IDictionary[] tables => tables.Select(static one => ArgumentMap.From(one)).ToArray(),
            var plain => plain,
        };

    private string? ReadBundle()
    {
        if (CaBundlePath is null)
            return null;
        string path = GetUnresolvedProviderPathFromPSPath(CaBundlePath);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.ResourceUnavailable,
                $"Cannot read {path}: {e.Message}",
                path,
                "Check the path and your permissions.",
                e
            );
        }
    }
}
