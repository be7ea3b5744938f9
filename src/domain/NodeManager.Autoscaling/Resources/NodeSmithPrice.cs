using System.Globalization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>The hourly price of a pool's machines. Amounts are decimal texts, so that they are exact.</summary>
public sealed class NodeSmithPrice : PreservedPart
{
    /// <summary>Any name, such as <c>EUR</c>; the same in all pools.</summary>
    public string Currency { get; set; } = "";

    /// <summary>Of each machine; null: 0.</summary>
    public string? PerHour { get; set; }

    public string? PerCoreHour { get; set; }

    public string? PerGiBHour { get; set; }

    /// <summary>The whole price of a shape by name; overrides the others.</summary>
    public Dictionary<string, string>? Shapes { get; set; }

    /// <summary>The price of a shape of its own; null: none.</summary>
    public decimal? OfShape(string shape) => Parse(Shapes?.GetValueOrDefault(shape));

    /// <summary>The hourly price of a machine; null: unknown.</summary>
    public decimal? Of(string shape, long cpuCores, long memoryMiB) =>
        OfShape(shape)
        ?? (
            PerHour is null && PerCoreHour is null && PerGiBHour is null
                ? null
                : (Parse(PerHour) ?? 0) + ((Parse(PerCoreHour) ?? 0) * cpuCores) + ((Parse(PerGiBHour) ?? 0) * memoryMiB / 1024)
        );

    /// <summary>All amounts with their fields.</summary>
    internal IEnumerable<(string Field, string? Amount)> Amounts =>
        (Shapes ?? [])
            .Select(static one => ($"shapes.{one.Key}", (string?)one.Value))
            .Concat([("perHour", PerHour), ("perCoreHour", PerCoreHour), ("perGiBHour", PerGiBHour)]);

    /// <summary>Null without an amount, or for another text.</summary>
    internal static decimal? Parse(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount) ? amount : null;
}
