using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Sandbox.Metrics;

/// <summary>
/// Plausible usage: each container has a base (a share of its requests, by name and seed) and varies around it every 15 seconds.
/// Deterministic in time and seed.
/// </summary>
internal sealed class UsageModel(DocumentStore store, TimeProvider time, int seed)
{
    public const string Window = "15s";
    private const decimal Gibi = 1024 * 1024 * 1024;
    private const int Period = 15;

    public DocumentStore Store => store;

    /// <summary>When the current samples were taken.</summary>
    public DateTimeOffset Moment => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds() / Period * Period);

    /// <summary>Cores and bytes of a container.</summary>
    public (decimal Cpu, decimal Memory) Of(StoredObject pod, Container container)
    {
        decimal cpu = Requested(container, "cpu") ?? 0.03m,
            memory = Requested(container, "memory") ?? 96 * 1024 * 1024;
        string name = pod.Uid + container.Name;
        return (
            cpu * (0.15m + (0.6m * Share(name, 1))) * Wander(name, 0.35m),
            memory * (0.45m + (0.4m * Share(name, 2))) * Wander(name + "m", 0.05m)
        );
    }

    /// <summary>Cores and bytes of a node: its pods and the system, at most its capacity.</summary>
    public (decimal Cpu, decimal Memory) Of(StoredObject node)
    {
        decimal cpu = 0.12m * Wander(node.Name, 0.3m),
            memory = 0.9m * Gibi;
        foreach (StoredObject pod in store.ListBy(BuiltInKinds.Pods, "spec.nodeName", node.Name))
        {
            if (!IsRunning(pod))
                continue;
            foreach (Container container in pod.As<Pod>().Spec.Containers)
            {
                (decimal podCpu, decimal podMemory) = Of(pod, container);
                cpu += podCpu;
                memory += podMemory;
            }
        }
        Dictionary<string, Quantity> capacity = node.As<Node>().Status.Capacity ?? [];
        return (Limit(cpu, capacity, "cpu"), Limit(memory, capacity, "memory"));
    }

    public static bool IsRunning(StoredObject pod) => pod.Field("status.phase") == "Running";

    /// <summary>Silent nodes have no metrics.</summary>
    public static bool IsMeasured(StoredObject? node) =>
        node?.As<Node>().Status.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" or "False" }) == true;

    public static JsonObject Show((decimal Cpu, decimal Memory) usage) =>
        new()
        {
            ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{(long)(usage.Cpu * 1_000_000_000m)}n"),
            ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{(long)(usage.Memory / 1024m)}Ki"),
        };

    private static decimal? Requested(Container container, string resource) =>
        container.Resources?.Requests is { } requests && requests.TryGetValue(resource, out Quantity quantity) && quantity.Value > 0
            ? quantity.Value
            : null;

    private static decimal Limit(decimal amount, Dictionary<string, Quantity> capacity, string resource) =>
        capacity.TryGetValue(resource, out Quantity maximum) ? Math.Min(amount, maximum.Value * 0.98m) : amount;

    private decimal Share(string name, int salt) => (decimal)(StableHash.Of(name, seed + salt) / (double)uint.MaxValue);

    private decimal Wander(string name, decimal amplitude) =>
        1 + (amplitude * ((2 * Share(name, (int)(Moment.ToUnixTimeSeconds() / Period))) - 1));
}
