using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>
/// Shares equal read-only dictionaries of amounts: nodes of a kind have the same capacity. A fixed-size table; a collision replaces the
/// entry. Thread-safe.
/// </summary>
internal sealed class SharedAmountsConverter : JsonConverter<Dictionary<string, Quantity>>
{
    private static readonly Dictionary<string, Quantity>?[] Places = new Dictionary<string, Quantity>?[1024];

    public override Dictionary<string, Quantity>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Amounts are not an object.");
        var converter = (JsonConverter<Quantity>)options.GetConverter(typeof(Quantity));
        Dictionary<string, Quantity> amounts = [];
        var hash = new HashCode();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            reader.Read();
            Quantity amount = converter.Read(ref reader, typeof(Quantity), options);
            amounts[name] = amount;
            hash.Add(name);
            hash.Add(amount.Text);
        }

        ref Dictionary<string, Quantity>? place = ref Places[(uint)hash.ToHashCode() % (uint)Places.Length];
        Dictionary<string, Quantity>? known = Volatile.Read(ref place);
        if (known is not null && AreEqual(known, amounts))
            return known;
        Volatile.Write(ref place, amounts);
        return amounts;
    }

    public override void Write(Utf8JsonWriter writer, Dictionary<string, Quantity> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((string name, Quantity amount) in value)
            writer.WriteString(name, amount.Text);
        writer.WriteEndObject();
    }

    // Also in their order and their texts, which are shown.
    private static bool AreEqual(Dictionary<string, Quantity> known, Dictionary<string, Quantity> amounts)
    {
        if (known.Count != amounts.Count)
            return false;
        using Dictionary<string, Quantity>.Enumerator other = amounts.GetEnumerator();
        foreach ((string name, Quantity amount) in known)
        {
            other.MoveNext();
            if (other.Current.Key != name || other.Current.Value.Text != amount.Text)
                return false;
        }

        return true;
    }
}
