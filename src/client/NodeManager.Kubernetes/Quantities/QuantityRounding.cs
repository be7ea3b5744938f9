using System.Numerics;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>Rounding as Kubernetes rounds: away from zero, so that who asks for a little gets a little.</summary>
internal static class QuantityRounding
{
    private const decimal Nano = 1_000_000_000m;

    public static decimal ToNano(decimal value) => AwayFromZero(value, 9);

    /// <param name="value">What to round.</param>
    /// <param name="digits">How many stay behind the point.</param>
    public static decimal AwayFromZero(decimal value, int digits)
    {
        if (value.Scale <= digits)
            return value;
        decimal cut = decimal.Round(value, digits, MidpointRounding.ToZero);
        if (cut == value)
            return cut;
        decimal step = new(1, 0, 0, false, (byte)digits);
        return value < 0 ? cut - step : cut + step;
    }

    public static decimal Add(decimal left, decimal right)
    {
        try
        {
            return left + right;
        }
        catch (OverflowException)
        {
            return left > 0 ? decimal.MaxValue : decimal.MinValue;
        }
    }

    /// <summary>What so many nano units are; the greatest decimal for more than that.</summary>
    public static decimal FromNano(BigInteger nano)
    {
        (BigInteger whole, BigInteger rest) = BigInteger.DivRem(nano, (BigInteger)Nano);
        if (whole > (BigInteger)decimal.MaxValue)
            return decimal.MaxValue;
        return whole < (BigInteger)decimal.MinValue ? decimal.MinValue : Add((decimal)whole, (decimal)rest / Nano);
    }
}
