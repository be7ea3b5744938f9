using System.Globalization;
using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Simulated;

public sealed class SimulatedProviderFactory : IMachineProviderFactory
{
    public string Type => "simulated";

    public IReadOnlyList<FieldProblem> Check(JsonElement spec) => Check(ProviderSpecs.Read(spec, SimulatedSpecJson.Default.SimulatedPart));

    private static IReadOnlyList<FieldProblem> Check(SimulatedPart part)
    {
        var problems = new FieldProblems();
        SimulatedProviderSpec? simulated = part.Simulated;
        problems.AddDuration("spec.simulated.bootDelay", simulated?.BootDelay);
        problems.Add("spec.simulated.maxMachines", simulated?.MaxMachines < 0, "must be non-negative");
        return problems.Found;
    }

    public MachineSupply Describe(JsonElement spec)
    {
        SimulatedProviderSpec simulated = ProviderSpecs.Read(spec, SimulatedSpecJson.Default.SimulatedPart).Simulated ?? new();
        return new()
        {
            Target = string.Create(CultureInfo.InvariantCulture, $"up to {simulated.MaxMachines ?? 1000} machines"),
            Image = simulated.Image ?? "",
            Zones = simulated.Zones ?? [],
        };
    }

    public IReadOnlyList<string> Validate(MachineProviderSettings settings)
    {
        if (!ProviderSpecs.TryRead(settings.Spec, SimulatedSpecJson.Default.SimulatedPart, out SimulatedPart part, out string problem))
            return [problem];
        List<string> wrong = [.. Check(part).Select(static one => $"{one}.")];
        if (settings.Cluster is null)
            wrong.Add("Simulated machines need a connected cluster.");
        return wrong;
    }

    public IMachineProvider Create(MachineProviderSettings settings) =>
        ProviderSpecs.TryRead(settings.Spec, SimulatedSpecJson.Default.SimulatedPart, out SimulatedPart part, out string problem)
        && settings.Cluster is not null
            ? new SimulatedProvider(settings, part.Simulated ?? new())
            : throw ProviderSpecs.Invalid(settings, problem, "Connect to a cluster.");
}
