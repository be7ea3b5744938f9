using System.Text.Json;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Http;

internal static class ProviderSpecs
{
    public static bool TryRead(MachineProviderSettings settings, out NodeSmithProviderSpec spec, out string problem) =>
        TryRead(settings.Spec, out spec, out problem);

    public static bool TryRead(JsonElement json, out NodeSmithProviderSpec spec, out string problem)
    {
        try
        {
            spec = json.Deserialize(NodeSmithJson.Default.NodeSmithProviderSpec) ?? new();
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
