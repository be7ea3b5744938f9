using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>
/// Shares equal read-only dictionaries of amounts: nodes of a kind have the same capacity. A fixed-size table; the second collision
/// replaces an entry. Thread-safe.
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

        // Two places, so that a capacity and an allocatable of one hash keep theirs.
        Span<Dictionary<string, Quantity>?> places = Places.AsSpan((int)((uint)hash.ToHashCode() % (uint)(Places.Length / 2)) * 2, 2);
        Dictionary<string, Quantity>? first = Volatile.Read(ref places[0]),
            second = Volatile.Read(ref places[1]);
        if (first is not null && AreEqual(first, amounts))
            return first;
        if (second is not null && AreEqual(second, amounts))
            return second;
        Volatile.Write(ref places[1], first);
        Volatile.Write(ref places[0], amounts);
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
