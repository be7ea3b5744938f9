using System.Numerics;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>Rounds away from zero as Kubernetes does, so that a small request is not rounded to zero.</summary>
internal static class QuantityRounding
{
    private const decimal Nano = 1_000_000_000m;

    public static decimal ToNano(decimal value) => AwayFromZero(value, 9);

    /// <param name="digits">Decimal places.</param>
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

    /// <summary>Nano units as a decimal, clamped to its maximum.</summary>
    public static decimal FromNano(BigInteger nano)
    {
        (BigInteger whole, BigInteger rest) = BigInteger.DivRem(nano, (BigInteger)Nano);
        if (whole > (BigInteger)decimal.MaxValue)
            return decimal.MaxValue;
        return whole < (BigInteger)decimal.MinValue ? decimal.MinValue : Add((decimal)whole, (decimal)rest / Nano);
    }
}
