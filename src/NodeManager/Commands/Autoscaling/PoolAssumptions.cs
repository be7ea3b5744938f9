using System.Collections;
using System.Globalization;
using NodeManager.Core.Nodes.Editing;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;

namespace NodeManager.Commands;

/// <summary><c>@{ small = @{ MaxNodes = 10; Shape = 'large=8x32Gi' } }</c>: pools with parameters of Set-NodePool.</summary>
internal static class PoolAssumptions
{
    private static readonly Dictionary<string, Func<PoolChange, object?, PoolChange>> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MinNodes"] = static (change, value) => change with { Scaling = change.Scaling with { MinNodes = To<int>(value) } },
        ["MaxNodes"] = static (change, value) => change with { Scaling = change.Scaling with { MaxNodes = To<int>(value) } },
        ["NodeCount"] = static (change, value) => change with { NodeCount = To<int>(value) },
        ["CpuLimit"] = static (change, value) => change with { CpuLimit = To<long>(value) },
        ["MemoryLimit"] = static (change, value) => change with { MemoryLimit = To<long>(new MemoryAttribute().Transform(null!, value!)) },
        ["Shape"] = static (change, value) => change with { Shapes = [.. To<string[]>(value).Select(ShapeText.Parse)] },
        ["Currency"] = static (change, value) => change with { Currency = To<string>(value) },
        ["Priority"] = static (change, value) => change with { Priority = To<int>(value) },
        ["Taint"] = static (change, value) => change with { Taints = [.. To<string[]>(value).Select(TaintText.Parse)] },
        ["Label"] = static (change, value) => change with { Labels = PoolInput.ReadLabels(To<IDictionary>(value)) },
        ["ScaleUpDelay"] = static (change, value) => change with { Scaling = change.Scaling with { ScaleUpDelay = Duration(value) } },
        ["ScaleDownDelay"] = static (change, value) => change with { Scaling = change.Scaling with { ScaleDownDelay = Duration(value) } },
        ["Consolidation"] = static (change, value) =>
            change with
            {
                ScaleDown = change.ScaleDown with { Consolidation = To<string>(value) },
            },
        ["ReplaceByCost"] = static (change, value) => change with { ScaleDown = change.ScaleDown with { ReplaceByCost = To<bool>(value) } },
        ["ReplaceDrifted"] = static (change, value) =>
            change with
            {
                ScaleDown = change.ScaleDown with { ReplaceDrifted = To<bool>(value) },
            },
        ["ExpireAfter"] = static (change, value) => change with { ScaleDown = change.ScaleDown with { ExpireAfter = Duration(value) } },
        ["Budget"] = static (change, value) =>
            change with
            {
                ScaleDown = change.ScaleDown with { Budgets = [.. To<string[]>(value).Select(BudgetText.Parse)] },
            },
        ["Patch"] = static (change, value) => change with { Patch = PoolInput.ReadPatch(value!) },
    };

    /// <summary>By name of the pool.</summary>
    /// <exception cref="NodeManagerException">NodePoolInvalid, NodePoolFieldUnsupported.</exception>
    public static Dictionary<string, PoolChange> Read(IDictionary pools)
    {
        Dictionary<string, PoolChange> changes = new(StringComparer.Ordinal);
        foreach (DictionaryEntry pool in pools)
        {
            string name = Convert.ToString(pool.Key, CultureInfo.InvariantCulture)!;
            if ((pool.Value is PSObject wrapped ? wrapped.BaseObject : pool.Value) is not IDictionary fields)
                throw Invalid(name, $"The changes of pool '{name}' are not a hashtable.");
            changes[name] = fields.Cast<DictionaryEntry>().Aggregate(new PoolChange(), (change, field) => Add(change, name, field));
        }

        return changes;
    }

    private static PoolChange Add(PoolChange change, string pool, DictionaryEntry field)
    {
        string name = Convert.ToString(field.Key, CultureInfo.InvariantCulture)!;
        if (!Fields.TryGetValue(name, out Func<PoolChange, object?, PoolChange>? set))
        {
            throw new NodeManagerException(
                ErrorIds.NodePoolFieldUnsupported,
                ErrorKind.InvalidArgument,
                $"'{name}' of pool '{pool}' is not a field of -With.",
                pool,
                $"Use {string.Join(", ", Fields.Keys)}. Patch takes a JSON merge patch with any field of a NodeSmithPool."
            );
        }

        try
        {
            return set(change, field.Value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : field.Value);
        }
        catch (Exception wrong) when (wrong is PSInvalidCastException or ArgumentTransformationMetadataException)
        {
            throw Invalid(pool, $"{name} of pool '{pool}' is not valid: {wrong.Message}");
        }
    }

    private static T To<T>(object? value) => (T)LanguagePrimitives.ConvertTo(value, typeof(T), CultureInfo.InvariantCulture);

    private static TimeSpan Duration(object? value) => To<TimeSpan>(new DurationAttribute().Transform(null!, value!));

    private static NodeManagerException Invalid(string pool, string message) =>
        new(
            ErrorIds.NodePoolInvalid,
            ErrorKind.InvalidArgument,
            message,
            pool,
            "Write @{ NAME = @{ MaxNodes = 10; Shape = 'large=8x32Gi+price=0.40' } }."
        );
}
