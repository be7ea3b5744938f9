using System.Globalization;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>Formats computed amounts as Kubernetes does.</summary>
internal static class QuantityText
{
    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    public static string Format(decimal value, QuantityFormat format)
    {
        if (value == 0)
            return "0";
        // A binary suffix only where it is exact and shortens the text.
        bool binary = format == QuantityFormat.BinarySI && value is <= -1024 or >= 1024 && decimal.Truncate(value) == value;
        return binary ? Binary(value) : Decimal(value, format == QuantityFormat.DecimalExponent);
    }

    private static string Binary(decimal value)
    {
        int power = 0;
        while (power < BinarySuffixes.Length - 1 && value % 1024 == 0)
        {
            value /= 1024;
            power++;
        }

        return decimal.Truncate(value).ToString("0", CultureInfo.InvariantCulture) + BinarySuffixes[power];
    }

    private static string Decimal(decimal value, bool asExponent)
    {
        (Int128 digits, int exponent) = Split(value);
        while (digits % 10 == 0)
        {
            digits /= 10;
            exponent++;
        }

        // E is the largest suffix; an exponent may be larger.
        while (exponent % 3 != 0 || !asExponent && exponent > 18)
        {
            digits *= 10;
            exponent--;
        }

        string number = digits.ToString(CultureInfo.InvariantCulture);
        if (!asExponent)
            return number + DecimalSuffixes[exponent / 3 + 3];
        return exponent == 0 ? number : string.Create(CultureInfo.InvariantCulture, $"{number}e{exponent}");
    }

    /// <summary>The value as digits times a power of ten.</summary>
    private static (Int128 Digits, int Exponent) Split(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        UInt128 digits = ((UInt128)(uint)bits[2] << 64) | ((UInt128)(uint)bits[1] << 32) | (uint)bits[0];
        return (value < 0 ? -(Int128)digits : (Int128)digits, -value.Scale);
    }
}
