using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Simulated;

public sealed class SimulatedProviderFactory : IMachineProviderFactory
{
    public string Type => "simulated";

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings, out NodeSmithProviderSpec spec, out string problem))
            return [problem];
        List<string> wrong = [.. NodeSmithRules.CheckProvider(spec).Select(static one => $"{one}.")];
        if (settings.Cluster is null)
            wrong.Add("Simulated machines need a connected cluster.");
        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings) =>
        ProviderSpecs.TryRead(settings, out NodeSmithProviderSpec spec, out string problem) && settings.Cluster is not null
            ? new SimulatedProvider(settings, spec.Simulated ?? new())
            : throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidData,
                $"NodeSmithProvider {settings.Name}: {problem}",
                settings.Name,
                "Connect to a cluster."
            );
}
