using System.Globalization;

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>The minimum of healthy nodes: a number, or a percentage rounded up.</summary>
internal sealed record HealthyMinimum
{
    private readonly int _amount;
    private readonly bool _isPercent;

    private HealthyMinimum(int amount, bool isPercent) => (_amount, _isPercent) = (amount, isPercent);

    /// <summary>More than half.</summary>
    public static HealthyMinimum Default { get; } = Percent(51);

    public static HealthyMinimum Percent(int percent) => new(percent, true);

    /// <summary>Parses <c>51%</c> or <c>3</c>; null for other text, and for a percentage above 100.</summary>
    public static HealthyMinimum? Parse(string text)
    {
        bool isPercent = text.EndsWith('%');
        return
            int.TryParse(isPercent ? text[..^1].TrimEnd() : text, NumberStyles.None, CultureInfo.InvariantCulture, out int amount)
            && !(isPercent && amount > 100)
            ? new(amount, isPercent)
            : null;
    }

    /// <summary>The minimum for this number of nodes.</summary>
    public int Of(int nodes) => _isPercent ? (int)(((long)nodes * _amount + 99) / 100) : _amount;

    public override string ToString() => _amount.ToString(CultureInfo.InvariantCulture) + (_isPercent ? "%" : "");
}
