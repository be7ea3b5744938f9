using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Models;

/// <summary>A count or a percentage, as in PDBs and rolling updates.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct IntOrString(string Text)
{
    public bool IsPercent => Text.EndsWith('%');

    /// <summary>The count out of a total. PDBs round percentages up, as the disruption controller does.</summary>
    /// <exception cref="FormatException">Neither a count nor a percentage.</exception>
    public int Resolve(int total, bool roundUp)
    {
        if (!IsPercent)
            return int.Parse(Text, CultureInfo.InvariantCulture);
        decimal share = decimal.Parse(Text.AsSpan(0, Text.Length - 1), CultureInfo.InvariantCulture) * total / 100m;
        return (int)(roundUp ? Math.Ceiling(share) : Math.Floor(share));
    }

    public override string ToString() => Text;

    internal sealed class Converter : JsonConverter<IntOrString>
    {
        public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number
                ? new(reader.GetInt32().ToString(CultureInfo.InvariantCulture))
                : new(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
        {
            if (int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
                writer.WriteNumberValue(number);
            else
                writer.WriteStringValue(value.Text);
        }
    }
}
