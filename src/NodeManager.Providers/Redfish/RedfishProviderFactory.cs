using System.Globalization;
using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Redfish;

public sealed class RedfishProviderFactory : IMachineProviderFactory
{
    /// <summary>The keys of its Secrets.</summary>
    public const string UserName = "REDFISH_USERNAME",
        Password = "REDFISH_PASSWORD";

    private static readonly string[] Keys = [UserName, Password];

    public string Type => "redfish";

    /// <summary>By default, servers use the provider's Secret.</summary>
    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec)
    {
        if (!ProviderSpecs.TryRead(spec, RedfishSpecJson.Default.RedfishPart, out RedfishPart part, out _))
            return [];
        List<MachineSecret> secrets = [];
        foreach (RedfishSystem system in part.Redfish?.Systems ?? [])
        {
            secrets.Add(
                system.CredentialsSecretRef is { Name: { Length: > 0 } name } reference
                    ? new($"spec.redfish.systems[{system.Name}].credentialsSecretRef", reference.Namespace, name, Keys)
                    : MachineSecret.Require(spec, Keys)
            );
        }

        return secrets;
    }

    public IReadOnlyList<FieldProblem> Check(JsonElement spec) => Check(ProviderSpecs.Read(spec, RedfishSpecJson.Default.RedfishPart));

    private static IReadOnlyList<FieldProblem> Check(RedfishPart part)
    {
        var problems = new FieldProblems();
        if (part.Redfish is { } redfish)
            RedfishRules.Check(problems, redfish);
        return problems.Found;
    }

    public MachineSupply Describe(JsonElement spec) =>
        ProviderSpecs.Read(spec, RedfishSpecJson.Default.RedfishPart).Redfish?.Systems is not { } systems
            ? MachineSupply.Unknown
            : new()
            {
                Target = systems.Count == 1 ? systems[0].Endpoint : string.Create(CultureInfo.InvariantCulture, $"{systems.Count} servers"),
                Image = ProviderSpecs.Read(spec, RedfishSpecJson.Default.RedfishPart).Redfish?.HttpBootURI ?? "",
                Zones = [.. systems.Select(static system => system.Zone)],
                Servers =
                [
                    .. systems
                        .Where(static system => system is { CpuCores: > 0, MemoryMiB: > 0 })
                        .Select(static system => new ExistingServer(system.Zone, system.CpuCores!.Value, system.MemoryMiB!.Value)),
                ],
            };

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings.Spec, RedfishSpecJson.Default.RedfishPart, out RedfishPart part, out string problem))
            return [problem];
        List<string> wrong = [.. Check(part).Select(static one => $"{one}.")];
        if (part.Redfish is not { } redfish)
            return [.. wrong, "spec.redfish must be set."];
        if (ProviderHttp.CheckBundle(redfish.CaBundle) is { } bundle)
            wrong.Add($"spec.redfish.{bundle}");
        foreach (RedfishSystem system in redfish.Systems)
        {
            if (ProviderHttp.CheckEncryption(system.Endpoint, redfish.AllowUnencryptedAuthentication) is { } plain)
                wrong.Add($"spec.redfish.systems[{system.Name}].{plain}");
            MachineCredentials? credentials = RedfishProvider.CredentialsOf(settings, system);
            if (system.CredentialsSecretRef?.Name is { } name && credentials is null)
                wrong.Add($"spec.redfish.systems: the Secret '{name}' of '{system.Name}' cannot be read.");
            if ((credentials ?? settings.Credentials).Find(UserName) is null)
                wrong.Add($"The Secret of '{system.Name}' has no {UserName}.");
            if ((credentials ?? settings.Credentials).Find(Password) is null)
                wrong.Add($"The Secret of '{system.Name}' has no {Password}.");
        }

        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings) =>
        ProviderSpecs.TryRead(settings.Spec, RedfishSpecJson.Default.RedfishPart, out RedfishPart part, out string problem)
        && part.Redfish is { } redfish
            ? new RedfishProvider(settings, redfish)
            : throw ProviderSpecs.Invalid(settings, problem, "Set spec.redfish.");
}
