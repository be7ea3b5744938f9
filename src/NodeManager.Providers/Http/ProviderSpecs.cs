using System.Text.Json;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Http;

/// <summary>Reads the spec that a provider is made of.</summary>
internal static class ProviderSpecs
{
    public static bool TryRead(MachineProviderSettings settings, out NodeSmithProviderSpec spec, out string problem)
    {
        try
        {
            spec = settings.Spec.Deserialize(NodeSmithJson.Default.NodeSmithProviderSpec) ?? new();
            problem = "";
            return true;
        }
        catch (JsonException e)
        {
            spec = new();
            problem = $"spec cannot be read at {e.Path}.";
            return false;
        }
    }
}
