using System.Text.Json;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

public sealed class ProxmoxProviderFactory : IMachineProviderFactory
{
    public string Type => "proxmox";

    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) =>
        [MachineSecret.Require(spec, NodeSmithNames.ProxmoxTokenId, NodeSmithNames.ProxmoxSecret)];

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings, out NodeSmithProviderSpec spec, out string problem))
            return [problem];
        List<string> wrong = [.. NodeSmithRules.CheckProvider(spec).Select(static one => $"{one}.")];
        if (ProviderHttp.CheckBundle(spec.Proxmox?.CaBundle) is { } bundle)
            wrong.Add($"spec.proxmox.{bundle}");
        if (ProviderHttp.CheckEncryption(spec.Proxmox?.Endpoint, spec.Proxmox?.AllowUnencryptedAuthentication) is { } plain)
            wrong.Add($"spec.proxmox.{plain}");
        CheckCredential(settings, NodeSmithNames.ProxmoxTokenId, wrong);
        CheckCredential(settings, NodeSmithNames.ProxmoxSecret, wrong);
        if (
            settings.Credentials.Find(NodeSmithNames.ProxmoxTokenId) is { } token
            && !(token.Contains('@', StringComparison.Ordinal) && token.Contains('!', StringComparison.Ordinal))
        )
            wrong.Add($"{NodeSmithNames.ProxmoxTokenId} must have the form user@realm!id.");
        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings) =>
        ProviderSpecs.TryRead(settings, out NodeSmithProviderSpec spec, out string problem) && spec.Proxmox is { } proxmox
            ? new ProxmoxProvider(settings, proxmox)
            : throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidData,
                $"NodeSmithProvider {settings.Name}: {problem}",
                settings.Name,
                "Set spec.proxmox."
            );

    private static void CheckCredential(MachineProviderSettings settings, string key, List<string> wrong)
    {
        if (settings.Credentials.Find(key) is not { } value)
            wrong.Add($"The Secret has no {key}.");
        else if (value.Any(static one => char.IsControl(one) || one == ' '))
            wrong.Add($"{key} contains a space or a control character.");
    }
}
