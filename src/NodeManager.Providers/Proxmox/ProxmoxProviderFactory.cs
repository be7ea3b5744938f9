using System.Globalization;
using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

public sealed class ProxmoxProviderFactory : IMachineProviderFactory
{
    /// <summary>The keys of its Secret.</summary>
    public const string TokenId = "PROXMOX_TOKEN_ID",
        TokenSecret = "PROXMOX_SECRET";

    public string Type => "proxmox";

    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => [MachineSecret.Require(spec, TokenId, TokenSecret)];

    public IReadOnlyList<FieldProblem> Check(JsonElement spec) => Check(ProviderSpecs.Read(spec, ProxmoxSpecJson.Default.ProxmoxPart));

    private IReadOnlyList<FieldProblem> Check(ProxmoxPart part)
    {
        var problems = new FieldProblems();
        problems.Add("spec", part.Type == Type && part.Proxmox is null, "proxmox field required when type is 'proxmox'");
        if (part.Proxmox is not null)
            ProxmoxRules.Check(problems, part.Proxmox);
        return problems.Found;
    }

    public MachineSupply Describe(JsonElement spec) =>
        ProviderSpecs.Read(spec, ProxmoxSpecJson.Default.ProxmoxPart).Proxmox is not { } proxmox
            ? MachineSupply.Unknown
            : new()
            {
                Target = proxmox.Endpoint,
                OverheadMiB = Math.Max(0, proxmox.VmMemOverheadMiB ?? 0),
                Image = proxmox.Template is { } template ? string.Create(CultureInfo.InvariantCulture, $"template {template.VmID}") : "",
                Zones = proxmox switch
                {
                    { NodeZones: not { Count: > 0 } } => [],
                    { NodeZones: { } byHost, NodeWhitelist: { Count: > 0 } hosts } => [.. hosts.Select(byHost.GetValueOrDefault)],
                    _ => [.. proxmox.NodeZones.Values],
                },
            };

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings.Spec, ProxmoxSpecJson.Default.ProxmoxPart, out ProxmoxPart part, out string problem))
            return [problem];
        List<string> wrong = [.. Check(part).Select(static one => $"{one}.")];
        if (ProviderHttp.CheckBundle(part.Proxmox?.CaBundle) is { } bundle)
            wrong.Add($"spec.proxmox.{bundle}");
        if (ProviderHttp.CheckEncryption(part.Proxmox?.Endpoint, part.Proxmox?.AllowUnencryptedAuthentication) is { } plain)
            wrong.Add($"spec.proxmox.{plain}");
        CheckCredential(settings, TokenId, wrong);
        CheckCredential(settings, TokenSecret, wrong);
        if (
            settings.Credentials.Find(TokenId) is { } token
            && !(token.Contains('@', StringComparison.Ordinal) && token.Contains('!', StringComparison.Ordinal))
        )
            wrong.Add($"{TokenId} must have the form user@realm!id.");
        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings) =>
        ProviderSpecs.TryRead(settings.Spec, ProxmoxSpecJson.Default.ProxmoxPart, out ProxmoxPart part, out string problem)
        && part.Proxmox is { } proxmox
            ? new ProxmoxProvider(settings, proxmox)
            : throw ProviderSpecs.Invalid(settings, problem, "Set spec.proxmox.");

    private static void CheckCredential(MachineProviderSettings settings, string key, List<string> wrong)
    {
        if (settings.Credentials.Find(key) is not { } value)
            wrong.Add($"The Secret has no {key}.");
        else if (value.Any(static one => char.IsControl(one) || one == ' '))
            wrong.Add($"{key} contains a space or a control character.");
    }
}
