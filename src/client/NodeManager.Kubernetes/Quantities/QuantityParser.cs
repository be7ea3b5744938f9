using System.Globalization;
using System.Numerics;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>
/// Parses <c>[+-]digits[.digits]suffix</c>; digits before or after the point may be missing (<c>.5</c>, <c>5.</c>). Binary amounts are
/// capped at 2^63 - 1, as in the API server.
/// </summary>
internal static class QuantityParser
{
    /// <summary>Larger exponents are equivalent: beyond every cap, or one nano unit.</summary>
    private const int MaximumExponent = 64;

    public static bool TryParse(ReadOnlySpan<char> text, string original, out Quantity quantity)
    {
        quantity = default;
        int position = 0;
        bool negative = text[0] == '-';
        if (text[0] is '-' or '+')
            position++;
        int start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
            position++;
        ReadOnlySpan<char> whole = text[start..position];
        ReadOnlySpan<char> fraction = [];
        if (position < text.Length && text[position] == '.')
        {
            start = ++position;
            while (position < text.Length && char.IsAsciiDigit(text[position]))
                position++;
            fraction = text[start..position];
            if (whole.IsEmpty && fraction.IsEmpty)
                return false;
        }
        else if (whole.IsEmpty)
        {
            return false;
        }

        if (!TryReadSuffix(text[position..], out QuantityFormat format, out int exponent))
            return false;
        decimal value = TryFast(whole, fraction, format, exponent) ?? Exact(whole, fraction, format, exponent);
        // Too small for a binary suffix.
        if (format == QuantityFormat.BinarySI && value is > 0 and < 1)
            format = QuantityFormat.DecimalSI;
        quantity = new(negative ? -value : value, format, original);
        return true;
    }

    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = default;
        return !string.IsNullOrEmpty(text) && TryParse(text, text, out quantity);
    }

    private static bool TryReadSuffix(ReadOnlySpan<char> suffix, out QuantityFormat format, out int exponent)
    {
        format = QuantityFormat.DecimalSI;
        int? power = suffix switch
        {
            "" => 0,
            "n" => -9,
            "u" => -6,
            "m" => -3,
            "k" => 3,
            "M" => 6,
            "G" => 9,
            "T" => 12,
            "P" => 15,
            "E" => 18,
            _ => null,
        };
        if (power is null)
        {
            format = QuantityFormat.BinarySI;
            power = suffix switch
            {
                "Ki" => 10,
                "Mi" => 20,
                "Gi" => 30,
                "Ti" => 40,
                "Pi" => 50,
                "Ei" => 60,
                _ => null,
            };
        }

        if (
            power is null
            && suffix.Length > 1
            && suffix[0] is 'e' or 'E'
            && BigInteger.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger written)
            && written >= int.MinValue
            && written <= int.MaxValue
        )
        {
            format = QuantityFormat.DecimalExponent;
            power = (int)written;
        }

        exponent = power ?? 0;
        return power is not null;
    }

    /// <summary>The fast path of common quantities: few digits, no rounding or capping.</summary>
    private static decimal? TryFast(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, QuantityFormat format, int exponent)
    {
        if (whole.Length + fraction.Length > 18)
            return null;
        if (format == QuantityFormat.BinarySI)
        {
            if (!fraction.IsEmpty)
                return null;
            UInt128 product = (UInt128)ParseDigits(whole) << exponent;
            return product <= long.MaxValue ? (decimal)product : null;
        }

        ulong digits = ParseDigits(whole, fraction);
        int scale = exponent - fraction.Length;
        return scale switch
        {
            >= -9 and <= 0 => new decimal((int)digits, (int)(digits >> 32), 0, false, (byte)-scale),
            > 0 and <= 10 => digits * (decimal)BigInteger.Pow(10, scale),
            _ => null,
        };
    }

    private static decimal Exact(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, QuantityFormat format, int exponent)
    {
        BigInteger digits = BigInteger.Parse($"0{whole}{fraction}", NumberStyles.None, CultureInfo.InvariantCulture);
        if (digits.IsZero)
            return 0;
        int scale = 9 - fraction.Length;
        if (format == QuantityFormat.BinarySI)
            digits <<= exponent;
        else
            scale += Math.Clamp(exponent, -MaximumExponent - whole.Length, MaximumExponent + fraction.Length);

        BigInteger nano = scale >= 0 ? digits * BigInteger.Pow(10, scale) : DivideRoundingUp(digits, BigInteger.Pow(10, -scale));
        if (format == QuantityFormat.BinarySI)
            nano = BigInteger.Min(nano, long.MaxValue * BigInteger.Pow(10, 9));
        return QuantityRounding.FromNano(nano);
    }

    private static ulong ParseDigits(ReadOnlySpan<char> digits, ReadOnlySpan<char> more = default)
    {
        ulong number = 0;
        foreach (char digit in digits)
            number = number * 10 + (ulong)(digit - '0');
        foreach (char digit in more)
            number = number * 10 + (ulong)(digit - '0');
        return number;
    }

    private static BigInteger DivideRoundingUp(BigInteger number, BigInteger divisor)
    {
        BigInteger quotient = BigInteger.DivRem(number, divisor, out BigInteger rest);
        return rest.IsZero ? quotient : quotient + 1;
    }
}
