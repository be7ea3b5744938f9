using System.Text.Json;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>Whether provisioning would work, as far as reading can tell.</summary>
internal sealed class ProxmoxTest(ProxmoxApi api, ProxmoxInventory inventory, ProxmoxProviderSpec spec, VmIds ids, MachineCredentials credentials)
{
    private static readonly string[] Privileges = ["VM.Allocate", "VM.Audit", "VM.Config.CPU", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options", "VM.PowerMgmt"];

    private readonly List<MachineProviderFinding> _findings = [];

    public async Task<IReadOnlyList<MachineProviderFinding>> RunAsync(CancellationToken cancellationToken)
    {
        if (api.Endpoint.Scheme != Uri.UriSchemeHttps) Add("Transport", false, "The endpoint is http: the token is sent unencrypted.");
        try
        {
            ProxmoxVersion version = await api.GetAsync("/version", ProxmoxJson.Default.ProxmoxAnswerProxmoxVersion, cancellationToken);
            Add("Reachable", true, $"Proxmox VE {version.Version} at {api.Endpoint.Authority}.");
            Add("Credentials", true, "The token is accepted.");
            await CheckPermissionsAsync(cancellationToken);
            await CheckCapacityAsync(cancellationToken);
        }
        catch (ProviderException e)
        {
            string check = e.Outcome switch
            {
                MachineOutcome.Unauthorized => "Credentials",
                MachineOutcome.Forbidden => "Permissions",
                _ => "Reachable",
            };
            Add(check, false, credentials.Redact(e.Message));
        }

        return _findings;
    }

    private async Task CheckPermissionsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, Dictionary<string, JsonElement>> permissions = await api.GetAsync(
            "/access/permissions", ProxmoxJson.Default.ProxmoxAnswerDictionaryStringDictionaryStringJsonElement, cancellationToken);
        List<string> needed = [.. Privileges];
        if (spec.Template is not null) needed.Add("VM.Clone");
        if (spec.VmOptions?.Exists(static one => one.Name.StartsWith("ci", StringComparison.Ordinal) || one.Name.StartsWith("ipconfig", StringComparison.Ordinal)) == true) needed.Add("VM.Config.Cloudinit");
        string[] missing = [.. needed.Where(privilege => !permissions.Any(path => (path.Key is "/" or "/vms" || path.Key.StartsWith("/pool/", StringComparison.Ordinal)) && path.Value.ContainsKey(privilege)))];
        Add("Permissions", missing.Length == 0, missing.Length == 0 ? "The token has what it needs on /vms." : $"The token lacks {string.Join(", ", missing)} on /vms.");
    }

    private async Task CheckCapacityAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProxmoxResource> resources = await inventory.ReadResourcesAsync(cancellationToken);
        foreach (string name in spec.NodeWhitelist ?? [])
        {
            if (!resources.Any(one => one.Type == "node" && one.Node == name)) Add("Hosts", false, $"nodeWhitelist names '{name}', and there is no such host.");
        }

        long taken = resources.Count(one => one.Type is "qemu" or "lxc" && ids.Contains(one.VmId)), all = ids.Upper - ids.Lower + 1;
        Add("Ids", taken < all, FormattableString.Invariant($"{all - taken} of {all} ids from {ids.Lower} to {ids.Upper} are free."));
        (string? host, string reason) = ProxmoxPlacement.Choose(resources, [], new("", 1, 1L << 30), null, spec);
        Add("Capacity", host is not null, host is null ? reason : $"Host {host} has room for a machine of 1 core and 1 GiB.");
        if (spec.Template is { } template)
        {
            bool exists = resources.Any(one => one.Type == "qemu" && one.VmId == template.VmID);
            Add("Template", exists, FormattableString.Invariant($"Template {template.VmID} {(exists ? "exists" : "does not exist or is not visible to the token")}."));
        }
    }

    private void Add(string check, bool passed, string message) => _findings.Add(new(check, passed, message));
}
