using System.Globalization;

namespace NodeManager.Maintenance.Batches;

/// <summary>How many nodes may be out of service concurrently: <c>2</c>, or <c>10%</c> of the run's nodes.</summary>
public readonly record struct UnavailabilityLimit(int Value, bool IsPercent)
{
    public static UnavailabilityLimit Parse(string text)
    {
        string trimmed = text.Trim();
        bool isPercent = trimmed.EndsWith('%');
        bool isNumber = int.TryParse(
            isPercent ? trimmed[..^1].TrimEnd() : trimmed,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int value
        );
        return isNumber && value >= 1 && (!isPercent || value <= 100)
            ? new(value, isPercent)
            : throw new NodeManagerException(
                ErrorIds.InvalidMaxUnavailable,
                ErrorKind.InvalidArgument,
                $"'{text}' is not a valid number of unavailable nodes: 1 or more, or 1% to 100% of the nodes.",
                text,
                "Specify 2 or 10%, for example."
            );
    }

    /// <summary>For this number of nodes; percentages are rounded down, with a minimum of one.</summary>
    public int Of(int nodes) => IsPercent ? Math.Max(1, (int)((long)nodes * Value / 100)) : Value;
}
