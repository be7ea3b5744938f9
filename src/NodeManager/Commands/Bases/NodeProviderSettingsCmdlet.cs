using System.Collections;
using System.Management.Automation;
using NodeManager.Autoscaling.Providers;
using NodeManager.Parameters;

namespace NodeManager.Commands.Bases;

/// <summary>The settings of providers as parameters, for the cmdlets that make and change them.</summary>
public abstract class NodeProviderSettingsCmdlet : SessionCmdlet
{
    /// <summary>What providers of every type have, and those of third parties.</summary>
    private protected const string CommonSet = "Common";
    private protected const string ProxmoxSet = "Proxmox";
    private protected const string RedfishSet = "Redfish";
    private protected const string SimulatedSet = "Simulated";

    /// <summary>The type comes with what is piped, so that settings of every type are there.</summary>
    private protected const string AnySet = "Object";

    private static readonly string[] Types = [ProxmoxSet, RedfishSet, SimulatedSet];

    private (string Name, string[] Types)[] _typed = [];

    /// <summary>The Secret with the credentials.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretName { get; set; }

    /// <summary>The namespace of that Secret.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretNamespace { get; set; }

    /// <summary>Credentials to store in the Secret: the token's id and secret, or user name and password.</summary>
    [Parameter]
    [Credential]
    [ValidateNotNull]
    public PSCredential? Credential { get; set; }

    /// <summary>Settings of a third party's provider, by name.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary? AdditionalSetting { get; set; }

    /// <summary>Proxmox: the address of its API.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? Endpoint { get; set; }

    /// <summary>Proxmox: the hosts that machines may be on.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public string[]? NodeWhitelist { get; set; }

    /// <summary>Proxmox: the first and the last id of machines.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? VmIdRange { get; set; }

    /// <summary>Proxmox: memory that a machine has beyond what its node needs.</summary>
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

    /// <summary>Proxmox: the virtual machine that machines are clones of.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateRange(100, 999_999_999)]
    public long? TemplateId { get; set; }

    /// <summary>Proxmox: link clones to the template's disks instead of copying them.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    public SwitchParameter LinkedClone { get; set; }

    /// <summary>Proxmox: where full copies of the template's disks go.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? Storage { get; set; }

    /// <summary>Proxmox: the resource pool that machines are put into.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? ResourcePool { get; set; }

    /// <summary>Proxmox: the zone of each host.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary? NodeZone { get; set; }

    /// <summary>Proxmox: how many cores of machines a core of a host may carry.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateRange(1, int.MaxValue)]
    public int? CpuOvercommit { get; set; }

    /// <summary>Proxmox: how long a task may take.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    [Duration]
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>Proxmox: write the taints of a pool into SMBIOS of its machines, where the guest reads them before its kubelet registers.</summary>
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = AnySet)]
    public SwitchParameter TaintsInSmbios { get; set; }

    /// <summary>Redfish: the servers, with name, endpoint, systemID, secretName, cpuCores, memoryMiB, zone.</summary>
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public IDictionary[]? System { get; set; }

    /// <summary>Redfish: what a server boots from once when it is claimed.</summary>
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateSet("None", "Pxe", "Hdd", "UefiHttp", "Cd")]
    public string? BootTarget { get; set; }

    /// <summary>Redfish: how it boots.</summary>
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateSet("UEFI", "Legacy")]
    public string? BootMode { get; set; }

    /// <summary>Redfish: what it boots with the target UefiHttp; {name}, {claim}, {pool}, {taints} and {labels} are replaced.</summary>
    [Parameter(ParameterSetName = RedfishSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNullOrEmpty]
    public string? HttpBootUri { get; set; }

    /// <summary>Redfish: how long a change of power may take.</summary>
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

    /// <summary>Proxmox and Redfish: a file with the certificates to trust, PEM.</summary>
    [Parameter(ParameterSetName = CommonSet)]
    [Parameter(ParameterSetName = ProxmoxSet)]
    [Parameter(ParameterSetName = RedfishSet)]
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

    /// <summary>Simulated: how long a machine takes until its node appears.</summary>
    [Parameter(ParameterSetName = SimulatedSet)]
    [Parameter(ParameterSetName = AnySet)]
    [Duration]
    public TimeSpan? BootDelay { get; set; }

    /// <summary>Simulated: how many machines there is room for.</summary>
    [Parameter(ParameterSetName = SimulatedSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateRange(0, int.MaxValue)]
    public int? MaxMachines { get; set; }

    /// <summary>Simulated: the zones that machines are spread over.</summary>
    [Parameter(ParameterSetName = SimulatedSet)]
    [Parameter(ParameterSetName = AnySet)]
    [ValidateNotNull]
    public string[]? Zone { get; set; }

    private protected NodeProviderSettings Settings { get; private set; } = new();

    private protected ProviderCredential? ProviderCredential =>
        Credential is null ? null : new(Credential.UserName, Credential.GetNetworkCredential().Password);

    private protected override void Begin()
    {
        _typed =
        [
            .. MyInvocation
                .BoundParameters.Keys.Order(StringComparer.Ordinal)
                .Select(name => (name, TypesOf(name)))
                .Where(static one => one.Item2.Length > 0 && one.Item2.Length < Types.Length),
        ];
        DurationAttribute.RequireNotNegative(nameof(TaskTimeout), TaskTimeout);
        DurationAttribute.RequireNotNegative(nameof(PowerTimeout), PowerTimeout);
        DurationAttribute.RequireNotNegative(nameof(BootDelay), BootDelay);
        Settings = new()
        {
            SecretName = SecretName,
            SecretNamespace = SecretNamespace,
            AdditionalSettings = Map(AdditionalSetting),
            Endpoint = Endpoint,
            NodeWhitelist = NodeWhitelist,
            VmIdRange = VmIdRange,
            VmMemOverheadMiB = VmMemOverheadMiB,
            NetworkInterfaces = Maps(NetworkInterface),
            VmOptions = Map(VmOption),
            TaskTimeout = TaskTimeout,
            CpuOvercommit = CpuOvercommit,
            ResourcePool = ResourcePool,
            NodeZones = Map(NodeZone),
            TemplateId = TemplateId,
            FullClone = IsBound(nameof(LinkedClone)) ? !LinkedClone : null,
            Storage = Storage,
            TaintsInSmbios = IsBound(nameof(TaintsInSmbios)) ? TaintsInSmbios : null,
            Systems = Maps(System),
            BootTarget = BootTarget,
            BootMode = BootMode,
            HttpBootUri = HttpBootUri,
            PowerTimeout = PowerTimeout,
            ManagedTag = ManagedTag,
            CaBundle = ReadBundle(),
            SkipCertificateCheck = IsBound(nameof(SkipCertificateCheck)) ? SkipCertificateCheck : null,
            AllowUnencryptedAuthentication = IsBound(nameof(AllowUnencryptedAuthentication)) ? AllowUnencryptedAuthentication : null,
            BootDelay = BootDelay,
            MaxMachines = MaxMachines,
            Zones = Zone,
        };
    }

    /// <summary>The type as resources have it, whatever its case.</summary>
    private protected static string Normalize(string type) =>
        Types.FirstOrDefault(one => one.Equals(type, StringComparison.OrdinalIgnoreCase))?.ToLowerInvariant() ?? type;

    /// <summary>Refuses parameters that belong to providers of other types, by their names.</summary>
    /// <exception cref="NodeManagerException">Invalid.</exception>
    private protected void RequireType(string type)
    {
        foreach ((string name, string[] owners) in _typed)
        {
            if (owners.Contains(type, StringComparer.OrdinalIgnoreCase))
                continue;
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"Parameter -{name} applies to providers of type {string.Join(" or ", owners).ToLowerInvariant()}, not of type '{type}'.",
                name,
                "Use the parameters of the provider's type. Get-Help New-NodeProvider lists them by type."
            );
        }
    }

    // The parameter sets of a parameter say which types have the setting.
    private string[] TypesOf(string parameter) =>
        [
            .. GetType()
                .GetProperty(parameter)
                ?.GetCustomAttributes(typeof(ParameterAttribute), inherit: true)
                .Cast<ParameterAttribute>()
                .Select(static one => one.ParameterSetName)
                .Where(static one => Array.IndexOf(Types, one) >= 0)
                ?? [],
        ];

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

    private static Dictionary<string, object?>? Map(IDictionary? table) => table is null ? null : ArgumentMap.From(table);

    private static List<Dictionary<string, object?>>? Maps(IDictionary[]? tables) =>
        tables is null ? null : [.. tables.Select(static one => ArgumentMap.From(one))];
}
