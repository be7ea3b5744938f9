using System.Globalization;

namespace NodeManager;

/// <summary>Bytes for people: the largest binary unit that leaves a number of at least 1, with at most one decimal (<c>15.4Gi</c>).</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    public static string Format(long bytes)
    {
        decimal amount = Math.Abs((decimal)bytes);
        int unit = 0;
        while (amount >= 1024 && unit < Units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        return (bytes < 0 ? "-" : "") + amount.ToString("0.#", CultureInfo.InvariantCulture) + Units[unit];
    }
}
