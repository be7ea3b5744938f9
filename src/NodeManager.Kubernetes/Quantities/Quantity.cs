using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>
/// An amount as Kubernetes writes it (<c>3800m</c>, <c>16Gi</c>, <c>129e6</c>, <c>362075599n</c>), exact, with its canonical text.
/// Source: k8s.io/apimachinery/pkg/api/resource.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct Quantity(decimal Value, string Text) : IComparable<Quantity>
{
    public static Quantity Zero { get; } = new(0, "0");

    /// <exception cref="FormatException">The text is no quantity.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out Quantity quantity) ? quantity : throw new FormatException($"'{text}' is not a Kubernetes quantity.");

    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = Zero;
        if (string.IsNullOrEmpty(text)) return false;
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '+' or '-')) end++;
        if (!decimal.TryParse(text.AsSpan(0, end), System.Globalization.NumberStyles.AllowLeadingSign | System.Globalization.NumberStyles.AllowDecimalPoint,
                System.Globalization.CultureInfo.InvariantCulture, out decimal number)) return false;
        decimal? factor = text[end..] switch
        {
            "" => 1m, "n" => 0.000000001m, "u" => 0.000001m, "m" => 0.001m,
            "k" => 1000m, "M" => 1000_000m, "G" => 1000_000_000m, "T" => 1000_000_000_000m, "P" => 1000_000_000_000_000m, "E" => 1000_000_000_000_000_000m,
            "Ki" => 1024m, "Mi" => 1048576m, "Gi" => 1073741824m, "Ti" => 1099511627776m, "Pi" => 1125899906842624m, "Ei" => 1152921504606846976m,
            _ => null,
        };
        if (factor is null && text[end] is 'e' or 'E' && int.TryParse(text.AsSpan(end + 1), out int exponent) && Math.Abs(exponent) <= 18)
            factor = (decimal)Math.Pow(10, exponent);
        if (factor is null) return false;
        quantity = new(number * factor.Value, text);
        return true;
    }

    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    public static bool operator <(Quantity left, Quantity right) => left.Value < right.Value;

    public static bool operator >(Quantity left, Quantity right) => left.Value > right.Value;

    public static bool operator <=(Quantity left, Quantity right) => left.Value <= right.Value;

    public static bool operator >=(Quantity left, Quantity right) => left.Value >= right.Value;

    public override string ToString() => Text;

    internal sealed class Converter : JsonConverter<Quantity>
    {
        public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number
                ? Parse(System.Text.Encoding.UTF8.GetString(reader.ValueSpan))
                : TryParse(reader.GetString(), out Quantity quantity) ? quantity : throw new JsonException("not a quantity");

        public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
    }
}
