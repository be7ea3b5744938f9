using System.Text.Json;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Redfish;

public sealed class RedfishProviderFactory : IMachineProviderFactory
{
    private static readonly string[] Keys = [NodeSmithNames.RedfishUserName, NodeSmithNames.RedfishPassword];

    public string Type => "redfish";

    /// <summary>By default, servers use the provider's Secret.</summary>
    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec)
    {
        if (!ProviderSpecs.TryRead(spec, out NodeSmithProviderSpec read, out _))
            return [];
        List<MachineSecret> secrets = [];
        foreach (RedfishSystem system in read.Redfish?.Systems ?? [])
        {
            secrets.Add(
                system.CredentialsSecretRef is { Name: { Length: > 0 } name } reference
                    ? new($"spec.redfish.systems[{system.Name}].credentialsSecretRef", reference.Namespace, name, Keys)
                    : MachineSecret.Require(spec, Keys)
            );
        }

        return secrets;
    }

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings, out NodeSmithProviderSpec spec, out string problem))
            return [problem];
        List<string> wrong = [.. NodeSmithRules.CheckProvider(spec).Select(static one => $"{one}.")];
        if (spec.Redfish is null)
            return [.. wrong, "spec.redfish must be set."];
        if (ProviderHttp.CheckBundle(spec.Redfish.CaBundle) is { } bundle)
            wrong.Add($"spec.redfish.{bundle}");
        foreach (RedfishSystem system in spec.Redfish.Systems)
        {
            if (ProviderHttp.CheckEncryption(system.Endpoint, spec.Redfish.AllowUnencryptedAuthentication) is { } plain)
                wrong.Add($"spec.redfish.systems[{system.Name}].{plain}");
            MachineCredentials? credentials = RedfishProvider.CredentialsOf(settings, system);
            if (system.CredentialsSecretRef?.Name is { } name && credentials is null)
                wrong.Add($"spec.redfish.systems: the Secret '{name}' of '{system.Name}' cannot be read.");
            if ((credentials ?? settings.Credentials).Find(NodeSmithNames.RedfishUserName) is null)
                wrong.Add($"The Secret of '{system.Name}' has no {NodeSmithNames.RedfishUserName}.");
            if ((credentials ?? settings.Credentials).Find(NodeSmithNames.RedfishPassword) is null)
                wrong.Add($"The Secret of '{system.Name}' has no {NodeSmithNames.RedfishPassword}.");
        }

        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings) =>
        ProviderSpecs.TryRead(settings, out NodeSmithProviderSpec spec, out string problem) && spec.Redfish is not null
            ? new RedfishProvider(settings, spec)
            : throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidData,
                $"NodeSmithProvider {settings.Name}: {problem}",
                settings.Name,
                "Set spec.redfish."
            );
}
