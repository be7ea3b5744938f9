using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Converts Kubernetes' quantities by resource name to plain numbers, and back.</summary>
public static class ResourceAmounts
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string Pods = "pods";
    public const string EphemeralStorage = "ephemeral-storage";

    public static NodeResources ToNodeResources(this IReadOnlyDictionary<string, Quantity>? amounts) =>
        amounts is null ? new() : From(amounts.Select(a => KeyValuePair.Create(a.Key, a.Value.Value)));

    public static NodeResources ToNodeResources(this IReadOnlyDictionary<string, decimal> amounts) => From(amounts);

    /// <summary>Every resource with its name: cores, bytes, counts.</summary>
    public static IEnumerable<KeyValuePair<string, decimal>> Entries(this NodeResources resources) =>
        [
            new(Cpu, resources.Cpu),
            new(Memory, resources.Memory),
            new(EphemeralStorage, resources.EphemeralStorage),
            new(Pods, resources.Pods),
            .. resources.Extended,
        ];

    /// <summary>The share in percent with one decimal; null if the whole is zero.</summary>
    public static decimal? Percent(decimal part, decimal whole) =>
        whole <= 0 ? null : Math.Round(part * 100m / whole, 1, MidpointRounding.AwayFromZero);

    private static NodeResources From(IEnumerable<KeyValuePair<string, decimal>> amounts)
    {
        decimal cpu = 0;
        long memory = 0,
            storage = 0,
            pods = 0;
        Dictionary<string, decimal>? extended = null;
        foreach ((string name, decimal amount) in amounts)
        {
            switch (name)
            {
                case Cpu:
                    cpu = amount;
                    break;
                case Memory:
                    memory = Whole(amount);
                    break;
                case EphemeralStorage:
                    storage = Whole(amount);
                    break;
                case Pods:
                    pods = Whole(amount);
                    break;
                default:
                    (extended ??= [])[name] = amount;
                    break;
            }
        }

        return new()
        {
            Cpu = cpu,
            Memory = memory,
            EphemeralStorage = storage,
            Pods = pods,
            Extended = extended is null ? AmountMap.Empty : new(extended),
        };
    }

    // Rounded up, as Kubernetes does for whole units; amounts beyond 8 EiB are unrealistic but must not throw.
    private static long Whole(decimal amount) =>
        amount >= long.MaxValue ? long.MaxValue
        : amount <= long.MinValue ? long.MinValue
        : (long)Math.Ceiling(amount);
}
