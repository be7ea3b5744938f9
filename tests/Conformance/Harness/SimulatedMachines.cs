using System.Text.Json;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Providers.Simulated;

namespace NodeManager.Conformance.Harness;

/// <summary>Simulated machines of an autoscaler, by the settings of their provider. None boots after the disposal.</summary>
internal sealed class SimulatedMachines(
    NodeManagerSession session,
    string owner,
    Func<KubernetesClient?> client,
    Func<IMachineProvider, IMachineProvider> wrap
) : IMachineProviderSource, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IMachineProvider> _made = [];

    public IDisposable Follow(Action<string, string> changed) => new MemoryStream();

    public Task<MachineProviderAccess> OpenAsync(NodeSmithProvider provider, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            string spec = JsonSerializer.Serialize(provider.Spec, NodeSmithJson.Default.NodeSmithProviderSpec);
            if (!_made.TryGetValue(spec, out IMachineProvider? made))
            {
                var connection = session.Connection();
                var settings = new MachineProviderSettings(
                    provider.Metadata.Name,
                    provider.Metadata.Namespace!,
                    JsonDocument.Parse(spec).RootElement,
                    MachineCredentials.None
                )
                {
                    Cluster = client() ?? connection.Client,
                    Owner = owner,
                    Time = connection.Time,
                };
                _made[spec] = made = wrap(new SimulatedProviderFactory().Create(settings));
            }

            return Task.FromResult(MachineProviderAccess.To(made));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (IMachineProvider provider in _made.Values)
                provider.Dispose();
            _made.Clear();
        }
    }
}
